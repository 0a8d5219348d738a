import { defineRule, nameOf } from '@meshvet/core';
import { severityForSidecar } from '../shared/audience.ts';

const PREFIX = 'traffic.sidecar.istio.io/';
const PAIRS = [
  { exclude: `${PREFIX}excludeOutboundIPRanges`, include: `${PREFIX}includeOutboundIPRanges` },
  { exclude: `${PREFIX}excludeInboundPorts`, include: `${PREFIX}includeInboundPorts` },
] as const;

export const annotationExcludeIneffective = defineRule({
  meta: {
    id: 'annotation-exclude-ineffective',
    summary: 'What is excluded from the capture stands beside a list of what is included.',
    why: 'The list of exceptions is read only while everything is captured; beside another list it has no effect.',
    fix: 'Take what is to be left out from the list of what is included, and the exceptions away.',
    severity: 'warning',
    subject: 'workload',
    sources: [
      'istio.io: Resource Annotations (excludeOutboundIPRanges, excludeInboundPorts)',
      'istio/istio tools/istio-iptables',
    ],
    messages: {
      ineffective:
        '{resource}: annotation {exclude} "{excluded}" has no effect, because {include} is "{included}"; it is read only where that is "*".',
    },
  },
  examples: {
    bad: [
      {
        title: 'an exception to a list',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "true" }
                annotations:
                  traffic.sidecar.istio.io/includeInboundPorts: "8080,9000"
                  traffic.sidecar.istio.io/excludeInboundPorts: "9000" #~ ineffective \`"9000"\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'an exception to everything',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "true" }
                annotations:
                  traffic.sidecar.istio.io/includeOutboundIPRanges: "*"
                  traffic.sidecar.istio.io/excludeOutboundIPRanges: "10.1.0.0/16"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podAnnotations } = workload;
    const severity = severityForSidecar(mesh, workload, 'warning');
    if (!severity) return;
    for (const { exclude, include } of PAIRS) {
      const excluded = podAnnotations.get(exclude);
      const included = podAnnotations.get(include);
      if (!excluded?.trim() || included === undefined || included.trim() === '*') continue;
      if (podAnnotations.mayChange(exclude) || podAnnotations.mayChange(include)) continue;
      report(
        podAnnotations.at(exclude),
        'ineffective',
        { resource: nameOf(resource), exclude, excluded, include, included },
        { severity, related: [{ at: podAnnotations.at(include), note: 'what is captured' }] },
      );
    }
  },
});
