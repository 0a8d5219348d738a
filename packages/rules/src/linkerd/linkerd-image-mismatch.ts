import { defineRule, imageNameOf, judgedLinkerd, nameOf, tagOf } from '@meshvet/core';

const RENDERED = 'linkerd.io/proxy-version';
const WANTED = 'config.linkerd.io/proxy-version';

export const linkerdImageMismatch = defineRule({
  meta: {
    id: 'linkerd-image-mismatch',
    summary: "The image of Linkerd's proxy is not the one that the manifest speaks of.",
    why: 'Annotations are read when the manifest is rendered, and linkerd check goes by them; an image that was changed afterwards, or in one container only, runs another release than everyone believes.',
    fix: 'Render the manifest again with linkerd inject.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'workload',
    sources: [
      'linkerd/linkerd2 pkg/inject/inject.go (ProxyVersionAnnotation)',
      'linkerd/linkerd2 charts/partials/templates/_proxy-init.tpl and _network-validator.tpl',
    ],
    messages: {
      annotation: '{resource}: annotation {key} says {version}, but linkerd-proxy has the image tag {tag}.',
      container: '{resource}: {container} runs the image of the proxy with tag {other}, but linkerd-proxy has {tag}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the image was changed after the manifest was rendered',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: web
            namespace: shop
            annotations: { linkerd.io/proxy-version: edge-25.1.1 }
          spec:
            containers:
              - name: linkerd-proxy
                image: cr.l5d.io/linkerd/proxy:edge-25.2.1 #~ annotation
              - { name: web, image: "web:1" }
        `,
      },
    ],
    good: [
      {
        title: 'one release',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: web
            namespace: shop
            annotations: { linkerd.io/proxy-version: edge-25.2.1 }
          spec:
            containers:
              - name: linkerd-proxy
                image: cr.l5d.io/linkerd/proxy:edge-25.2.1
              - { name: web, image: "web:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedLinkerd(mesh, workload);
    const proxy = written?.proxy;
    const tag = proxy && tagOf(proxy.image);
    if (!proxy || tag === undefined) return;
    const resource = nameOf(workload.resource);
    for (const key of [WANTED, RENDERED]) {
      const version = workload.podAnnotations.get(key);
      if (!version || version === tag || workload.podAnnotations.mayChange(key)) continue;
      report(
        proxy.field.at('image'),
        'annotation',
        { resource, key, version, tag },
        { related: [{ at: workload.podAnnotations.at(key), note: `says ${version}` }] },
      );
      break;
    }
    // proxy-init has releases of its own; the image of the proxy holds it too in newer ones.
    for (const container of [written.init, written.validation]) {
      const other = container && tagOf(container.image);
      if (!other || other === tag || imageNameOf(container.image) !== imageNameOf(proxy.image)) continue;
      report(container.field.at('image'), 'container', { resource, container: container.name, other, tag });
    }
  },
});
