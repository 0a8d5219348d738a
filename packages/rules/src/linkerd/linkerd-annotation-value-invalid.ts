import {
  atLeast,
  defineRule,
  hasLinkerd,
  type Labels,
  LINKERD_CONFIG,
  linkerdValueProblem,
  nameOf,
  podMetadataOf,
  type Resource,
  routeAnnotationProblems,
  WORKLOAD_TYPES,
  workloadOf,
} from '@meshvet/core';

export const linkerdAnnotationValueInvalid = defineRule({
  meta: {
    id: 'linkerd-annotation-value-invalid',
    summary: 'An annotation that configures the proxy of Linkerd has a value that Linkerd does not take.',
    why: 'The injector passes over such a value, so the proxy runs as if it were not written; of a default policy that means: the door is as open as before.',
    fix: 'Write a value of the form that the annotation has.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    types: ['Namespace', 'Service', ...WORKLOAD_TYPES],
    sources: ['linkerd2 pkg/inject/inject.go', 'linkerd.io: Proxy configuration reference'],
    messages: {
      ignored: '{resource}: annotation {key} is "{written}", which Linkerd passes over; it takes {accepted}.',
      route: '{resource}: annotation {key}: {reason}, so Linkerd goes without it.',
      policy:
        '{resource}: annotation {key} is "{written}", which is no policy of Linkerd, so the default policy stays as it was: everybody is let in unless the installation says otherwise. It takes {accepted}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a policy that does not exist, and a list that is none',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: web
            annotations:
              linkerd.io/inject: enabled
              config.linkerd.io/default-inbound-policy: authenticated #~ policy \`authenticated\`
              config.linkerd.io/skip-outbound-ports: mysql #~ ignored \`mysql\`
        `,
      },
    ],
    good: [
      {
        title: 'values of the right form',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: web
            annotations:
              linkerd.io/inject: enabled
              config.linkerd.io/default-inbound-policy: all-authenticated
              config.linkerd.io/skip-outbound-ports: "3306,4000-4010"
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const annotations = annotationsOf(resource);
    if (!annotations || resource.partial) return;
    const workload = workloadOf(mesh, resource);
    if (workload && hasLinkerd(mesh, workload) === 'no') return;
    const before = !atLeast(mesh.settings.linkerdVersion, '2.16');
    if (resource.type === 'Service')
      for (const { key, field, reason } of routeAnnotationProblems(mesh, annotations))
        report(field, 'route', { resource: nameOf(resource), key, reason });
    for (const key of annotations.keys()) {
      const known = LINKERD_CONFIG.get(key);
      if (!known || annotations.mayChange(key) || !atLeast(mesh.settings.linkerdVersion, known.since)) continue;
      const field = annotations.at(key);
      const written = field.string();
      const accepted = written === undefined ? undefined : linkerdValueProblem(key, written, before);
      if (accepted === undefined || written === undefined) continue;
      const data = { resource: nameOf(resource), key, written: written.slice(0, 60), accepted };
      if (key.endsWith('/default-inbound-policy')) report(field, 'policy', data, { severity: 'error' });
      else report(field, 'ignored', data);
    }
  },
});

function annotationsOf(resource: Resource): Labels | undefined {
  if (resource.type === 'Namespace' || resource.type === 'Service') return resource.annotations;
  return podMetadataOf(resource)?.annotations;
}
