import { defineRule, nameOf } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

const PORTS = 'traffic.sidecar.istio.io/includeOutboundPorts';
const RANGES = 'traffic.sidecar.istio.io/includeOutboundIPRanges';

export const annotationIncludePortsRedundant = defineRule({
  meta: {
    id: 'annotation-include-ports-redundant',
    summary: 'Outbound ports are listed for the capture, and all outbound traffic is captured anyway.',
    why: 'The ports come on top of the address ranges that are captured, and these are all unless somebody says otherwise. The list narrows nothing: calls to other ports go through the sidecar as before.',
    fix: 'Say includeOutboundIPRanges: "" beside it, so that nothing but these ports is captured; or take the list away.',
    severity: 'info',
    about: 'istio',
    subject: 'workload',
    since: '1.7',
    sources: [
      'istio.io: Resource Annotations (includeOutboundPorts)',
      'istio/istio tools/istio-iptables/pkg/capture/run.go, handleOutboundIncludeRules and handleOutboundPortsInclude',
    ],
    messages: {
      redundant:
        '{resource}: annotation {ports} "{list}" makes no difference, because {ranges}; it adds ports to what is captured and keeps none out.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one port alone is meant',
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
                  traffic.sidecar.istio.io/includeOutboundPorts: "8443" #~ redundant \`"8443"\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'no range, or some ranges, and these ports',
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
                  traffic.sidecar.istio.io/includeOutboundIPRanges: ""
                  traffic.sidecar.istio.io/includeOutboundPorts: "8443"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podAnnotations } = workload;
    const list = podAnnotations.get(PORTS)?.trim();
    if (!list || podAnnotations.mayChange(PORTS) || podAnnotations.mayChange(RANGES)) return;
    const severity = severityForSidecar(mesh, workload, 'info');
    if (!severity || !mesh.istioAtLeast('1.7')) return;
    // Ranges that are excluded are not captured, and a port brings them back.
    if (!podAnnotations.lacks(EXCLUDED)) return;
    const written = podAnnotations.has(RANGES);
    if (written && podAnnotations.get(RANGES)?.trim() !== '*') return;
    const installed = mesh.installation.includeOutboundRanges;
    if (!written && !(installed.certain && installed.value === '*')) return;
    report(
      podAnnotations.at(PORTS),
      'redundant',
      {
        resource: nameOf(resource),
        ports: PORTS,
        list,
        ranges: written ? `${RANGES} is "*"` : `${RANGES} is "*" where nobody writes it`,
      },
      {
        severity,
        ...(written ? { related: [{ at: podAnnotations.at(RANGES), note: 'what is captured' }] } : {}),
      },
    );
  },
});

const EXCLUDED = 'traffic.sidecar.istio.io/excludeOutboundIPRanges';
