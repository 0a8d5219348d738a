import { testRule } from '@meshvet/core/testing';
import { schemaPercentage } from './schema-percentage.ts';

const route = (fields: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - route: [{ destination: { host: cart } }]
      ${fields}
`;
const telemetry = (mark: string) =>
  `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: a }\nspec: { tracing: [{ randomSamplingPercentage: 101 }] }${mark}\n`;

testRule(schemaPercentage, {
  bad: {
    'a delay for less than nobody': route(
      'fault: { delay: { fixedDelay: 1s, percentage: { value: -1 } } } #~ refused `-1`',
    ),
    'one in ten millions': route('fault: { delay: { fixedDelay: 1s, percentage: { value: 0.00001 } } } #~ refused'),
    'the old percent of a delay': route('fault: { delay: { fixedDelay: 1s, percent: 101 } } #~ refused'),
    'an old share of mirrored requests above all': route('mirrorPercent: 200 #~ refused #~ doubted'),
    'shares of mirrors': route('mirrors: [{ destination: { host: a }, percentage: { value: 100.5 } }] #~ refused'),
    'ejection of more than all':
      'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\nspec: { host: a, trafficPolicy: { outlierDetection: { maxEjectionPercent: 110 } } } #~ refused\n',
    'sampling, before the schema minded': { settings: { istioVersion: '1.20' }, yaml: telemetry(' #~ refused') },
  },
  good: {
    'the limits': route(
      'fault: { delay: { fixedDelay: 1s, percentage: { value: 100 } }, abort: { httpStatus: 500, percentage: { value: 0 } } }',
    ),
    'a text, which is a mistake of its shape': route('mirrorPercentage: { value: "200" }'),
    'sampling that the schema bounds': telemetry(''),
  },
});
