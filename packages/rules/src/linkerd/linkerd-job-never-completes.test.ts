import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdJobNeverCompletes } from './linkerd-job-never-completes.ts';

const job = (mark = '', annotations = '', rest = '') => `apiVersion: batch/v1
kind: Job
metadata: { name: migrate, namespace: shop }
spec:
  template:
    metadata: { annotations: { linkerd.io/inject: enabled, ${annotations} } }
    spec:
      restartPolicy: Never ${mark}
      containers: [{ name: migrate, image: migrate${rest} }]
`;

const AWAIT = ', command: [linkerd-await, --shutdown, --, migrate]';
const POST = ', command: [sh, -c, "migrate; curl -X POST http://localhost:4191/shutdown"]';

testRule(linkerdJobNeverCompletes, {
  bad: {
    'before native was the default': { settings: { linkerdVersion: '2.19' }, yaml: job('#~ never') },
    'nodes that know no native sidecars': { settings: { kubernetesVersion: '1.28' }, yaml: job('#~ never') },
    'the alpha annotation before it was read': {
      settings: { linkerdVersion: '2.14' },
      yaml: job('#~ never', 'config.alpha.linkerd.io/proxy-enable-native-sidecar: "true"'),
    },
    'of several annotations the stable one wins': job(
      '#~ never',
      'config.linkerd.io/proxy-enable-native-sidecar: "false", config.beta.linkerd.io/proxy-enable-native-sidecar: "true"',
    ),
    'the beta annotation of the namespace is not taken over': {
      settings: { linkerdVersion: '2.19' },
      yaml: `${job('#~ never')}---
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { config.beta.linkerd.io/proxy-enable-native-sidecar: "true" } }
`,
    },
    'a deadline is always hit': {
      settings: { linkerdVersion: '2.19' },
      yaml: job('#~ deadline').replace('  template:', '  activeDeadlineSeconds: 60\n  template:'),
    },
    'since 2.16 the proxy refuses to end': { settings: { linkerdVersion: '2.16' }, yaml: job('#~ refused', '', AWAIT) },
    'the same by a request': {
      settings: { linkerdVersion: '2.18' },
      yaml: job('#~ refused', 'config.linkerd.io/proxy-admin-shutdown: disabled', POST),
    },
    'a proxy in the manifest': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: migrate, namespace: shop }
      spec:
        restartPolicy: OnFailure #~ never
        containers: [{ name: migrate, image: migrate }, { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:stable" }]
    `,
  },
  good: {
    'before 2.16 the proxy ends when it is asked to': {
      settings: { linkerdVersion: '2.15' },
      yaml: job('', '', AWAIT),
    },
    'since 2.16 it may be asked where an annotation says so': {
      settings: { linkerdVersion: '2.16' },
      yaml: job('', 'config.linkerd.io/proxy-admin-shutdown: enabled', POST),
    },
    'the alpha annotation since 2.15': {
      settings: { linkerdVersion: '2.15' },
      yaml: job('', 'config.alpha.linkerd.io/proxy-enable-native-sidecar: "true"'),
    },
    'the alpha annotation of the namespace': {
      settings: { linkerdVersion: '2.15' },
      yaml: `${job()}---
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { config.alpha.linkerd.io/proxy-enable-native-sidecar: "true" } }
`,
    },
    'the beta annotation since 2.19': {
      settings: { linkerdVersion: '2.19' },
      yaml: job('', 'config.beta.linkerd.io/proxy-enable-native-sidecar: "true"'),
    },
    'no Linkerd': { settings: { linkerdVersion: '2.14' }, yaml: job().replace('enabled', 'disabled') },
    'a native proxy in the manifest': {
      settings: { linkerdVersion: '2.15' },
      yaml: yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: migrate, namespace: shop }
        spec:
          restartPolicy: Never
          initContainers: [{ name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:stable", restartPolicy: Always }]
          containers: [{ name: migrate, image: migrate }]
      `,
    },
  },
});
