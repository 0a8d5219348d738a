import { defineRule, httpRulesOnTcp, nameOf } from '@meshvet/core';

export const ambientPolicyHttpOnTcp = defineRule({
  meta: {
    id: 'ambient-policy-http-on-tcp',
    summary: 'A policy at a waypoint asks for hosts, paths, methods or tokens on a port that is not HTTP.',
    why: 'For a port of TCP or TLS the waypoint reads no requests: it leaves such a rule out, and where no other rule lets a connection in, it is refused.',
    fix: 'Ask for ports, principals and namespaces alone there, or declare the port as HTTP, where it is.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/security/authz/model/model.go (Generate, forTCP)',
      'istio/istio pilot/pkg/networking/core/listener_waypoint.go',
      'istio.io: Authorization policy conditions',
    ],
    messages: {
      rule: '{policy}: this rule asks for {asked}, which is of HTTP, and the waypoint reads no HTTP at port {ports}: it leaves the rule out{effect}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'hosts on a port of TLS',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: search, namespace: egress, labels: { istio.io/use-waypoint: egress } }
          spec:
            hosts: [search.example.com]
            ports: [{ number: 443, name: tls, protocol: TLS }]
            resolution: DNS
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: collector, namespace: egress }
          spec:
            targetRefs: [{ group: networking.istio.io, kind: ServiceEntry, name: search }]
            rules:
              - from: [{ source: { principals: [cluster.local/ns/egress/sa/collector] } }]
                to:
                  - operation:
                      hosts: [search.example.com] #~ rule \`hosts\`
        `,
      },
    ],
    good: [
      {
        title: 'what a connection has',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: search, namespace: egress, labels: { istio.io/use-waypoint: egress } }
          spec:
            hosts: [search.example.com]
            ports: [{ number: 443, name: tls, protocol: TLS }]
            resolution: DNS
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: collector, namespace: egress }
          spec:
            targetRefs: [{ group: networking.istio.io, kind: ServiceEntry, name: search }]
            rules:
              - from: [{ source: { principals: [cluster.local/ns/egress/sa/collector] } }]
                to: [{ operation: { ports: ["443"] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const { asked, field, ports, all } of httpRulesOnTcp(mesh, resource)) {
      const effect = all ? ', and nobody gets in there' : '';
      report(field, 'rule', { policy: nameOf(resource), asked, ports, effect }, { onKey: asked !== field.text() });
    }
  },
});
