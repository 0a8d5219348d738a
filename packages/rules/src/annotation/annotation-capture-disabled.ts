import { defineRule, nameOf, PROXY_CONFIG_KEY } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

const INBOUND = 'traffic.sidecar.istio.io/includeInboundPorts';
const OUTBOUND = 'traffic.sidecar.istio.io/includeOutboundIPRanges';
const OUTBOUND_PORTS = 'traffic.sidecar.istio.io/includeOutboundPorts';

export const annotationCaptureDisabled = defineRule({
  meta: {
    id: 'annotation-capture-disabled',
    summary: 'An empty list of what the sidecar captures turns the capture off.',
    why: 'Empty does not mean the default: the traffic passes by the sidecar, without mutual TLS, policies and metrics.',
    fix: 'Take the annotation away, or write "*" for everything.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio.io: Resource Annotations (includeInboundPorts, includeOutboundIPRanges)',
      'istio/istio tools/istio-iptables',
    ],
    messages: {
      inbound:
        '{resource}: annotation {key} is empty, so no inbound port is captured: requests reach the application past the sidecar, without mutual TLS and policies.',
      outbound:
        '{resource}: annotation {key} is empty, so no outbound traffic is captured: requests leave the pod past the sidecar, without mutual TLS and routing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'nothing that comes in passes the sidecar',
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
                  traffic.sidecar.istio.io/includeInboundPorts: "" #~ inbound
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'everything is captured but one port',
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
                  traffic.sidecar.istio.io/includeInboundPorts: "*"
                  traffic.sidecar.istio.io/excludeInboundPorts: "9000"
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
    const isEmpty = (key: string) =>
      podAnnotations.has(key) && !podAnnotations.mayChange(key) && podAnnotations.get(key)?.trim() === '';
    // A sidecar that only fetches certificates for the application, as the guide for Prometheus sets it up.
    const config = podAnnotations.at(PROXY_CONFIG_KEY).value;
    if (podAnnotations.has('sidecar.istio.io/userVolumeMount')) return;
    if (typeof config === 'string' && config.includes('OUTPUT_CERTS')) return;
    if (isEmpty(INBOUND))
      report(podAnnotations.at(INBOUND), 'inbound', { resource: nameOf(resource), key: INBOUND }, { severity });
    // The ranges are empty, and the list of ports beside them may say what to capture.
    if (isEmpty(OUTBOUND) && podAnnotations.lacks(OUTBOUND_PORTS))
      report(podAnnotations.at(OUTBOUND), 'outbound', { resource: nameOf(resource), key: OUTBOUND }, { severity });
  },
});
