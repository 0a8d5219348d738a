import { defineRule, type Mesh, nameOf, type Resource } from '@meshvet/core';

export const linkerdProfileName = defineRule({
  meta: {
    id: 'linkerd-profile-name',
    summary: 'A ServiceProfile of Linkerd is not called after the full name of a Service.',
    why: 'A profile is looked up by the fully qualified name of the Service that is called; one of another name is asked for by nobody.',
    fix: 'Call it SERVICE.NAMESPACE.svc.CLUSTER-DOMAIN.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    judgedAround: true,
    types: ['linkerd.io/ServiceProfile'],
    sources: ['linkerd.io: Service profiles', 'linkerd2 controller/api/destination (profiles by FQDN)'],
    messages: {
      short: '{profile} is asked for by nobody: profiles are looked up by the full name of a Service, {full} here.',
      unknown: '{profile}: there is no Service {service}, so nobody asks for it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the short name',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: pages, namespace: web }
          spec: { selector: { app: pages }, ports: [{ port: 80 }] }
          ---
          apiVersion: linkerd.io/v1alpha2
          kind: ServiceProfile
          metadata:
            name: pages.web #~ short \`pages.web\`
            namespace: web
          spec: { routes: [] }
        `,
      },
    ],
    good: [
      {
        title: 'the full name',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: pages, namespace: web }
          spec: { selector: { app: pages }, ports: [{ port: 80 }] }
          ---
          apiVersion: linkerd.io/v1alpha2
          kind: ServiceProfile
          metadata: { name: pages.web.svc.cluster.local, namespace: web }
          spec: { routes: [] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const field = resource.body.at('metadata').at('name');
    if (resource.partial || resource.name === '' || resource.rewrites?.name) return;
    const profile = nameOf(resource);
    const meant = meantBy(mesh, resource);
    if (meant) {
      report(field, 'short', { profile, full: meant });
      return;
    }
    const [, name = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc\.[^.]/.exec(resource.name) ?? [];
    if (name !== '' && mesh.settings.closedWorld && mesh.service(namespace, name).state === 'missing')
      report(field, 'unknown', { profile, service: `${namespace}/${name}` });
  },
});

/** The full name that a shorter one stands for; undefined for a full name, and for that of a host outside the cluster. */
function meantBy(mesh: Mesh, { name, namespace: own = '' }: Resource): string | undefined {
  const parts = name.split('.');
  const [service = '', namespace = own, svc] = parts;
  if (svc === 'svc' && parts.length === 3) return `${name}.cluster.local`;
  // With an annotation a profile may be for a host of the world, which has dots too.
  if (parts.length > 2 || mesh.service(namespace, service).state !== 'found') return undefined;
  return `${service}.${namespace}.svc.cluster.local`;
}
