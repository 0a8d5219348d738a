import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { ambientWaypointNotFound } from './ambient-waypoint-not-found.ts';

const service = (labels: string) => `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels:
${labels.replace(/^/gm, '    ')}
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
`;
const gateway = (
  name: string,
  namespace = 'shop',
  gatewayClass = 'istio-waypoint',
) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec: { gatewayClassName: ${gatewayClass} }
---
`;
const closed = (yaml: string) => ({ yaml, settings: { closedWorld: true } });

testRule(ambientWaypointNotFound, {
  bad: {
    'in a closed world nothing else is needed': closed(service('istio.io/use-waypoint: waypoint #~ missing')),
    'it stands in another namespace':
      service('istio.io/use-waypoint: edge #~ missing') + gateway('waypoint') + gateway('edge', 'infra'),
    'that namespace does not have it': closed(
      service('istio.io/use-waypoint: waypoint #~ missing\nistio.io/use-waypoint-namespace: infra') +
        gateway('waypoint'),
    ),
    'the namespace before a slash was read in 1.22 only': closed(
      service('istio.io/use-waypoint: infra/waypoint #~ missing') + gateway('waypoint', 'infra'),
    ),
  },
  good: {
    'istioctl made it': service('istio.io/use-waypoint: waypoint'),
    'another kind of gateway tells nothing':
      service('istio.io/use-waypoint: waypoint') + gateway('front', 'shop', 'istio'),
    'none asks for no waypoint': closed(service('istio.io/use-waypoint: none')),
    'in the namespace that is named': closed(
      service('istio.io/use-waypoint: waypoint\nistio.io/use-waypoint-namespace: infra') + gateway('waypoint', 'infra'),
    ),
    'the config knows it': {
      yaml: service('istio.io/use-waypoint: waypoint'),
      settings: { closedWorld: true, externals: { gateways: ['shop/*'] } },
    },
    'the namespace before a slash in 1.22': {
      yaml: service('istio.io/use-waypoint: infra/waypoint') + gateway('waypoint', 'infra'),
      settings: { closedWorld: true, istioVersion: '1.22' },
    },
    'filled in later': closed(service('istio.io/use-waypoint: "${WAYPOINT}"')),
    'its Deployment was rendered': closed(`${service('istio.io/use-waypoint: waypoint')}apiVersion: apps/v1
kind: Deployment
metadata: { name: waypoint, namespace: shop }
spec:
  template:
    metadata: { labels: { gateway.networking.k8s.io/gateway-name: waypoint } }
    spec: { containers: [{ name: istio-proxy, image: proxyv2 }] }
`),
  },
});

test('an error only where the input is the whole mesh', async () => {
  const severity = async (settings: object) =>
    (
      await findingsOf(
        ambientWaypointNotFound,
        { 'a.yaml': service('istio.io/use-waypoint: edge') + gateway('waypoint') },
        { settings },
      )
    )[0]?.severity;
  expect(await severity({})).toBe('warning');
  expect(await severity({ closedWorld: true })).toBe('error');
});
