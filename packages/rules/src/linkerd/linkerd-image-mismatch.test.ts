import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdImageMismatch } from './linkerd-image-mismatch.ts';

const pod = (init: string, proxy: string, annotations = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: web, namespace: shop, annotations: { ${annotations} } }
  spec:
    initContainers:
      - name: linkerd-init
        image: ${init}
    containers:
      - name: linkerd-proxy
        image: ${proxy}
      - { name: web, image: "web:1" }
`;

testRule(linkerdImageMismatch, {
  bad: {
    'another release was asked for later': pod(
      'proxy-init:v2.4.1',
      'cr.l5d.io/linkerd/proxy:a #~ annotation',
      'config.linkerd.io/proxy-version: b, linkerd.io/proxy-version: a',
    ),
    'two images of the proxy': pod(
      'cr.l5d.io/linkerd/proxy:a #~ container `cr.l5d.io/linkerd/proxy:a`',
      'cr.l5d.io/linkerd/proxy:b',
    ),
  },
  good: {
    'proxy-init has releases of its own': pod(
      'cr.l5d.io/linkerd/proxy-init:v2.4.1',
      'cr.l5d.io/linkerd/proxy:edge-25.1.1',
      'linkerd.io/proxy-version: edge-25.1.1',
    ),
    'one image for both': pod('cr.l5d.io/linkerd/proxy:a', 'cr.l5d.io/linkerd/proxy:a'),
    'an image without a tag': pod('gcr.io/linkerd-io/proxy', 'gcr.io/linkerd-io/proxy', 'linkerd.io/proxy-version: a'),
    'an image by its digest': pod(
      'gcr.io/linkerd-io/proxy@sha256:1',
      'gcr.io/linkerd-io/proxy@sha256:2',
      'linkerd.io/proxy-version: a',
    ),
    'filled in later': pod('p:a', 'gcr.io/linkerd-io/proxy:a', 'linkerd.io/proxy-version: "${V}"'),
    'the release of the control plane, not of the proxy': pod(
      'p:a',
      'gcr.io/linkerd-io/proxy:a',
      'linkerd.io/created-by: linkerd/cli b',
    ),
  },
});
