import { type Container, defineRule, judgedLinkerd, nameOf, nativeOrderFault } from '@meshvet/core';

export const linkerdNativeOrder = defineRule({
  meta: {
    id: 'linkerd-native-order',
    summary: 'The init containers of the pods do not stand in the order that a native proxy of Linkerd needs.',
    why: 'Init containers start one after the other: what stands between the redirection and the proxy reaches nothing, and what stands before both works outside the mesh.',
    fix: 'Put linkerd-init (or linkerd-network-validator) first, linkerd-proxy behind it, and the containers of the application after both.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'workload',
    sources: ['linkerd/linkerd2 charts/patch/templates/patch.json', 'linkerd.io: Native Sidecar Support'],
    messages: {
      between:
        '{resource}: init container {container} runs after {init} redirected the traffic and before linkerd-proxy takes it, so it can connect to nothing.',
      before:
        '{resource}: init container {container} runs before {init} and linkerd-proxy, so its traffic stays outside the mesh.',
      reversed:
        '{resource}: linkerd-proxy stands before {init}; the injector puts the redirection first, so that nothing gets past the proxy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a container that reaches nothing',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: web, namespace: shop }
          spec:
            initContainers:
              - { name: linkerd-init, image: "cr.l5d.io/linkerd/proxy-init:v2.4.1" }
              - name: fetch #~ between \`fetch\`
                image: curl:1
              - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-25.1.1", restartPolicy: Always }
            containers:
              - { name: web, image: "web:1" }
        `,
      },
    ],
    good: [
      {
        title: 'the order of the injector',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: web, namespace: shop }
          spec:
            initContainers:
              - { name: linkerd-init, image: "cr.l5d.io/linkerd/proxy-init:v2.4.1" }
              - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-25.1.1", restartPolicy: Always }
              - { name: fetch, image: "curl:1" }
            containers:
              - { name: web, image: "web:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedLinkerd(mesh, workload);
    const fault = written && nativeOrderFault(workload, written, isOfTheUser);
    if (!fault) return;
    const resource = nameOf(workload.resource);
    const at = fault.container.field.at('name');
    const data = { resource, container: fault.container.name, init: fault.init.name };
    if (fault.kind === 'reversed') report(at, 'reversed', { resource, init: fault.init.name });
    // What fetches things before the mesh is there may be put first on purpose.
    else if (fault.kind === 'before') report(at, 'before', data, { severity: 'info' });
    else report(at, 'between', data);
  },
});

// Traffic of the proxy's user is not redirected.
function isOfTheUser(container: Container): boolean {
  return (
    !container.name.startsWith('linkerd-') && container.field.at('securityContext').at('runAsUser').number() !== 2102
  );
}
