import {
  defineRule,
  hostFlaw,
  type Mesh,
  nameOf,
  type PolicyValue,
  policyToJudge,
  registryOf,
  valuesOf,
  virtualServices,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityOfFlaw } from '../shared/severity/authorization-severity.ts';
import { effectOfFlaw } from '../shared/words/authorization-words.ts';

export const policyHostUnmatched = defineRule({
  meta: {
    id: 'policy-host-unmatched',
    summary: 'A host of an AuthorizationPolicy is one that no request names.',
    why: 'The entry is compared with the Host header as text: a scheme, a path, or a name that nothing here is called by fits no request.',
    fix: 'Write the name that clients call, as it stands in the Host header, and name:* beside it where it comes with a port.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['KIA0104'],
    sources: [
      'istio/istio pilot/pkg/security/authz/matcher/header.go (HostMatcher)',
      'istio.io/docs/reference/config/security/authorization-policy/#Operation',
      'RFC 9110, 7.2',
      'kiali business/checkers/authorization/no_host_checker.go',
    ],
    messages: {
      unmatched: '{policy}: {field} "{written}" fits no request, since {what}; {effect}.',
      meant: '{policy}: {field} "{written}" fits no request, since {what}; {effect}. "{instead}" would.',
      service:
        '{policy}: no Service, ServiceEntry or VirtualService is called "{written}", and {field} is compared with the Host header.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to:
                  - operation:
                      hosts:
                        - https://shop.example.com/cart #~ meant
                        - shop.*.example.com #~ unmatched
        `,
      },
      {
        title: 'a name of the mesh that nothing has',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to: [{ operation: { hosts: [cart, catr] } }] #~ service \`catr\`
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to: [{ operation: { hosts: [shop.example.com, "shop.example.com:*", "*.example.com", Shop.Example.org] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (!policy) return;
    for (const value of valuesOf(policy, HOSTS)) {
      if (!isOfHost(value)) continue;
      const flaw = hostFlaw(value.text);
      const words = { policy: nameOf(resource), field: value.list.name, written: value.text };
      if (!flaw) {
        // Any name may stand in the header: that nothing is called so is a hint.
        if (value.negated || value.condition.attribute !== 'host') continue;
        if (mesh.settings.closedWorld && !mayBeCalled(mesh, value.text, resource.namespace ?? ''))
          report(value.item, 'service', words, { severity: 'info' });
        continue;
      }
      const severity = severityOfFlaw(policy, value, (text) => hostFlaw(text) !== undefined);
      const more = { ...words, what: flaw.what, effect: effectOfFlaw(policy, value) };
      if (flaw.instead === undefined) report(value.item, 'unmatched', more, { severity, codes: [] });
      else
        report(
          value.item,
          'meant',
          { ...more, instead: flaw.instead },
          { severity, codes: [], suggested: replaceString(value.item, flaw.instead) },
        );
    }
  },
});

const HOSTS = new Set(['host', 'header'] as const);

function isOfHost({ condition: { attribute, argument } }: PolicyValue): boolean {
  const name = argument?.toLowerCase();
  return attribute === 'host' || name === 'host' || name === ':authority';
}

/** Whether a text may be the name of something: all that has a wildcard, two dots, or a dot before what is no namespace here is. */
function mayBeCalled(mesh: Mesh, text: string, own: string): boolean {
  const name = text.replace(/:(?:\d+|\*)$/, '').toLowerCase();
  const [first = '', namespace, ...rest] = name.split('.');
  if (name.includes('*') || rest.length > 0 || first === '' || name === 'localhost') return true;
  const names = mesh.derive(namesOfMesh);
  if (names.hosts.has(name) || names.wild) return true;
  if (namespace === undefined) return names.services.has(first) || mesh.externals.service(own, first);
  if (!names.namespaces.has(namespace)) return true;
  return mesh.externals.service(namespace, first) || mesh.externals.namespace(namespace);
}

interface Names {
  /** Names of Services in any namespace: callers of each of them may leave the namespace out. */
  readonly services: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  /** A VirtualService takes every host. */
  readonly wild: boolean;
}

function namesOfMesh(mesh: Mesh): Names {
  const { hosts } = registryOf(mesh);
  const routes = mesh.derive(virtualServices).flatMap((v) => v.hosts.map((h) => h.name));
  return {
    services: new Set(hosts.flatMap((h) => h.service?.resource.name ?? [])),
    hosts: new Set([
      ...hosts.flatMap((h) => [h.host, h.host.replace(/^([^.]+\.[^.]+)\.svc\..*$/, '$1')]),
      ...routes.flatMap((r) => [r.written.toLowerCase(), r.fqdn]),
    ]),
    namespaces: new Set([...mesh.namespaces.map((n) => n.name), ...hosts.map((h) => h.namespace)]),
    wild: routes.some((r) => r.fqdn === '*'),
  };
}
