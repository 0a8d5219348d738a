import { defineRule, injectorTakes, isSettled, judgedLinkerd, judgedSidecar, nameOf } from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const sidecarNativeRestartPolicy = defineRule({
  meta: {
    id: 'sidecar-native-restart-policy',
    summary: 'The proxy is an init container that has to end before the pods start, and never ends.',
    why: 'Only with restartPolicy: Always does an init container run on beside the others; without it the kubelet waits for the proxy to end, and the pods hang in Init.',
    fix: 'Give the container restartPolicy: Always.',
    severity: 'error',
    about: 'any mesh',
    subject: 'workload',
    sources: ['kubernetes.io: Sidecar Containers', 'istio.io: Kubernetes Native Sidecars in Istio (2023)'],
    messages: {
      missing:
        '{resource}: {container} stands among the init containers without restartPolicy: Always, so the pods wait for its end and never start.',
      other: '{resource}: restartPolicy of the init container {container} is {value}; only Always is accepted there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'moved among the init containers by hand',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: sleep, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - name: istio-proxy #~ missing \`istio-proxy\`
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
            containers:
              - { name: sleep, image: "sleep:1" }
        `,
      },
    ],
    good: [
      {
        title: 'a native sidecar',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: sleep, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                restartPolicy: Always
            containers:
              - { name: sleep, image: "sleep:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const resource = nameOf(workload.resource);
    for (const written of [judgedSidecar(mesh, workload), judgedLinkerd(mesh, workload)]) {
      const proxy = written?.proxy;
      if (!proxy?.init || proxy.native) continue;
      // The injector merges what is written with its template, which has the policy.
      if (written?.mesh === 'istio' && injectorTakes(mesh, workload) === 'yes') continue;
      const policy = proxy.field.at('restartPolicy');
      const safe = isSettled(workload.resource);
      if (!policy.hasValue) {
        report(
          proxy.field.at('name'),
          'missing',
          { resource, container: proxy.name },
          { edits: safe ? insertString(policy.parent ?? proxy.field, 'restartPolicy', 'Always') : [] },
        );
      } else if (policy.string() !== undefined) {
        report(
          policy,
          'other',
          { resource, container: proxy.name, value: policy.string() ?? '' },
          { edits: safe ? replaceString(policy, 'Always') : [] },
        );
      }
    }
  },
});
