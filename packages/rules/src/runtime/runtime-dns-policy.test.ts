import { testRule, yaml } from '@meshvet/core/testing';
import { runtimeDnsPolicy } from './runtime-dns-policy.ts';

const workload = (spec: string, { labels = 'app: a', annotations = '' } = {}) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: a, namespace: shop }
spec:
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { ${labels} }, annotations: { ${annotations} } }
    spec:
${spec.replace(/^/gm, '      ')}
      containers: [{ name: a, image: a }]
`;

testRule(runtimeDnsPolicy, {
  bad: {
    'in a namespace with sidecars': `${workload('dnsPolicy: Default #~ node')}---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`,
  },
  good: {
    'the words for the DNS of the cluster': `${workload('dnsPolicy: ClusterFirst')}---
${workload('dnsPolicy: ClusterFirstWithHostNet').replace('name: a,', 'name: b,')}`,
    'a nameserver beside that of the node': workload('dnsPolicy: Default\ndnsConfig: { nameservers: [10.96.0.10] }'),
    'a nameserver that is filled in later': workload('dnsPolicy: "None"\ndnsConfig: { nameservers: ["${DNS}"] }'),
    'istiod is found by an alias': workload(
      'dnsPolicy: Default\nhostAliases: [{ ip: 10.0.0.1, hostnames: [istiod.istio-system.svc] }]',
    ),
    'the pods have an istiod of their own': workload('dnsPolicy: Default', {
      annotations: "proxy.istio.io/config: '{ discoveryAddress: istiod.example.com:15012 }'",
    }),
    'the mesh finds istiod outside the cluster': `${workload('dnsPolicy: Default')}---
${yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data:
    mesh: |
      defaultConfig: { discoveryAddress: istiod.example.com:15012 }
`}`,
    'pods without a proxy, such as CoreDNS': workload('dnsPolicy: Default', {
      labels: 'app: a, sidecar.istio.io/inject: "false"',
    }),
    'pods on the network of the node': workload('dnsPolicy: Default\nhostNetwork: true'),
    'ambient pods have no proxy of their own': `${workload('dnsPolicy: Default', { labels: 'app: a, istio.io/dataplane-mode: ambient' })}---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: disabled } }
`,
  },
});
