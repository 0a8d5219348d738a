import { testRule } from '@meshvet/core/testing';
import { schemaLoadBalancer } from './schema-load-balancer.ts';

const balancer = (fields: string, more = 'outlierDetection: {}') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shop }
spec:
  host: cart
  trafficPolicy:
    ${more}
    loadBalancer:
      ${fields}
`;
const locality = (fields: string, more?: string) => balancer(`localityLbSetting:\n        ${fields}`, more);

testRule(schemaLoadBalancer, {
  bad: {
    'a cookie without name and with an attribute twice': balancer(
      'consistentHash: { httpCookie: { name: "", attributes: [{ name: a }, { name: a }, { name: "" }] } } #~ refused #~ refused #~ refused',
    ),
    'a cookie without name, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: balancer('consistentHash: { httpCookie: { ttl: 0s } } #~ refused'),
    },
    'a ring of the old and the new kind': balancer(
      'consistentHash: { useSourceIp: true, minimumRingSize: 9, ringHash: {} } #~ refused #~ doubted',
    ),
    tables: ['0', '5000011', '65536', '1']
      .map((size) =>
        balancer(`consistentHash: { useSourceIp: true, maglev: { tableSize: ${size} } } #~ refused \`${size}\``),
      )
      .join('---'),
    'localities and zones': balancer(
      '{ localityLbSetting: {}, zoneAwareLbSetting: {} } #~ refused `zoneAwareLbSetting`',
    ),
    'shares and a failover': locality(
      '{ distribute: [{ from: a, to: { b: 100 } }], failover: [{ from: a, to: b }] } #~ refused `failover`',
    ),
    'a failover by region in two ways': locality(
      '{ failover: [{ from: a, to: b }], failoverPriority: [topology.kubernetes.io/region] } #~ refused',
    ),
    'a share of nothing': locality('distribute: [{ from: a, to: { b: 0, c: 100 } }] #~ refused `0`'),
    'a wildcard in the middle, and an empty zone': locality(
      'distribute: [{ from: "a/*/b", to: { "b//c": 100 } }] #~ refused `"a/*/b"` #~ refused `"b//c"`',
    ),
    'an empty region, an empty subzone, two wildcards': locality(
      'distribute: [{ from: "/a", to: { "b/c/": 50, "*/*": 50 } }] #~ refused #~ refused #~ refused',
    ),
    'localities that overlap': locality(
      'distribute: [{ from: a/*, to: { b: 100 } }, { from: a/b, to: { b/c: 50, "b/*": 50 } }] #~ refused `a/b` #~ refused `"b/*"`',
    ),
    'a failover to itself': locality('failover: [{ from: a, to: a }] #~ refused'),
    'a failover between zones and everything': locality('failover: [{ from: a/b, to: "*" }] #~ refused #~ refused'),
    'priorities without detection': locality('failoverPriority: [version] #~ doubted', 'tls: {}'),
    'zones by the labels of zones': balancer(
      'zoneAwareLbSetting: { failoverPriority: ["topology.kubernetes.io/zone=a"] } #~ refused',
    ),
    'a warmup that does nothing': balancer('warmup: { duration: 1s, aggression: 0 } #~ refused'),
  },
  good: {
    'one entry for everything': locality('distribute: [{ from: "*", to: { "a/b/*": 50, "a/c/*": 50 } }]'),
    'shares that are filled in later': locality('distribute: [{ from: a, to: { b: "${SHARE}" } }]'),
    'names that begin alike': locality('distribute: [{ from: eu/a, to: { eu/a: 50, eu/ab: 50 } }]'),
    'a warmup that the schema refuses': {
      settings: { istioVersion: '1.28' },
      yaml: balancer('warmup: { duration: 1s, aggression: 0 }'),
    },
    'a table that is a prime': balancer('consistentHash: { useSourceIp: true, maglev: { tableSize: 65537 } }'),
    'failover of one port without detection, of which Istio says nothing': balancer(
      'simple: RANDOM\n    portLevelSettings: [{ port: { number: 80 }, loadBalancer: { localityLbSetting: { failover: [{ from: a, to: b }] } } }]',
    ),
  },
});
