import { defineRule, isIpPrefix, type Labels, nameOf, prefixesOverlap } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

const PREFIX = 'traffic.sidecar.istio.io/';
const EXCLUDE_PORTS = `${PREFIX}excludeInboundPorts`;
const INCLUDE_PORTS = `${PREFIX}includeInboundPorts`;
const EXCLUDE_RANGES = `${PREFIX}excludeOutboundIPRanges`;
const INCLUDE_RANGES = `${PREFIX}includeOutboundIPRanges`;

export const annotationExcludeIneffective = defineRule({
  meta: {
    id: 'annotation-exclude-ineffective',
    summary: 'What is excluded from the capture of the sidecar makes no difference beside what is included.',
    why: 'Excluded inbound ports are read only while all ports are captured, and excluded ranges only make a difference where they are part of what is captured.',
    fix: 'Leave out of the list of what is included what is not to be captured, and take the exceptions away.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio.io: Resource Annotations (excludeInboundPorts)',
      'istio/istio tools/istio-iptables/pkg/capture/run.go (exclusions of ranges come before inclusions)',
    ],
    messages: {
      captured:
        '{resource}: annotation {exclude} "{excluded}" is read only while {include} is "*", and it is "{included}": port {port} is captured all the same.',
      idle: '{resource}: annotation {exclude} "{excluded}" has no effect, because {include} is "{included}" and captures nothing of it.',
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
                  traffic.sidecar.istio.io/excludeInboundPorts: "9000" #~ captured \`"9000"\`
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
    const ports = pairOf(podAnnotations, EXCLUDE_PORTS, INCLUDE_PORTS);
    if (ports && ports.included.trim() !== '*') {
      const included = listOf(ports.included).map(Number);
      const port = listOf(ports.excluded)
        .map(Number)
        .find((one) => included.includes(one));
      const data = { resource: nameOf(resource), ...ports.data };
      if (port !== undefined) report(ports.at, 'captured', { ...data, port }, { severity, related: ports.related });
      else report(ports.at, 'idle', data, { severity: 'info', related: ports.related });
    }
    // The rules for excluded ranges come first, so beside a list they count as well. Ports that are included have no ranges.
    const ranges = pairOf(podAnnotations, EXCLUDE_RANGES, INCLUDE_RANGES);
    if (!ranges || ranges.included === '*' || !podAnnotations.lacks(`${PREFIX}includeOutboundPorts`)) return;
    const included = listOf(ranges.included);
    const excluded = listOf(ranges.excluded);
    // Of what is no range another rule speaks.
    if (![...included, ...excluded].every(isIpPrefix)) return;
    if (excluded.some((one) => included.some((other) => prefixesOverlap(one, other)))) return;
    const data = { resource: nameOf(resource), ...ranges.data };
    report(ranges.at, 'idle', data, { severity, related: ranges.related });
  },
});

/** Both annotations of a pair, where both are written and known. */
function pairOf(annotations: Labels, exclude: string, include: string) {
  const excluded = annotations.get(exclude);
  const included = annotations.get(include);
  if (!excluded?.trim() || included === undefined) return undefined;
  if (annotations.mayChange(exclude) || annotations.mayChange(include)) return undefined;
  return {
    included,
    excluded,
    at: annotations.at(exclude),
    related: [{ at: annotations.at(include), note: 'what is captured' }],
    data: { exclude, excluded, include, included },
  };
}

// Nobody lists more; each entry of one list is held against each of the other.
const MOST = 100;

function listOf(value: string): string[] {
  return value
    .split(',', MOST)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
