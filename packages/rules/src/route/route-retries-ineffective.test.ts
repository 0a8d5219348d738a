import { testRule, yaml } from '@meshvet/core/testing';
import { routeRetriesIneffective } from './route-retries-ineffective.ts';

const rule = (...lines: string[]) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: till, namespace: mart }
  spec:
    hosts: [till]
    http:
      - name: one
${lines.map((line) => `        ${line}`).join('\n')}
`;
const TO = 'route: [{ destination: { host: till } }]';

testRule(routeRetriesIneffective, {
  bad: {
    'one try is longer than all of them, in other units': rule(
      'timeout: 1500ms',
      'retries: { attempts: 2, perTryTimeout: 1m } #~ noRoom',
      TO,
    ),
    'three retries, and time for one': rule('timeout: 3s', 'retries: { attempts: 3, perTryTimeout: 2s } #~ fewer', TO),
    'an abort that retries are to be tried with': rule(
      'fault: { abort: { httpStatus: 500, percentage: { value: 10 } } }',
      'retries: { attempts: 2, retryOn: 5xx } #~ fault',
      TO,
    ),
    'a delay that the timeout does not count': rule(
      'fault: { delay: { fixedDelay: 5s, percentage: { value: 100 } } }',
      'timeout: 2s #~ fault `timeout`',
      TO,
    ),
    'a redirect tries nothing': rule('timeout: 2s #~ answered', 'redirect: { uri: /other }'),
    'neither does a direct response': rule('retries: { attempts: 2 } #~ answered', 'directResponse: { status: 503 }'),
  },
  good: {
    'room for all retries, the last of them cut short': rule(
      'timeout: 5s',
      'retries: { attempts: 2, perTryTimeout: 2s }',
      TO,
    ),
    'no retries at all': rule('timeout: 2s', 'retries: { attempts: 0, perTryTimeout: 2s }', TO),
    'no timeout of the route': rule('retries: { attempts: 3, perTryTimeout: 2s }', TO),
    'a timeout of 0, which is none': rule('timeout: 0s', 'retries: { attempts: 3, perTryTimeout: 2s }', TO),
    'a fault alone': rule('fault: { abort: { httpStatus: 500 } }', TO),
    'a placeholder': rule('timeout: ${TIMEOUT}', 'retries: { attempts: 3, perTryTimeout: 2s }', TO),
  },
});
