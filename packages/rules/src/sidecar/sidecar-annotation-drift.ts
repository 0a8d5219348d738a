import {
  defineRule,
  type IptablesOption,
  judgedSidecar,
  listItems,
  type Mesh,
  nameOf,
  statusPortOf,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';

export const sidecarAnnotationDrift = defineRule({
  meta: {
    id: 'sidecar-annotation-drift',
    summary: 'An annotation of the pods says something else than the arguments of istio-init.',
    why: 'Annotations are read when the manifest is rendered, and never again: one that was changed afterwards has no effect, and what istio-init was given holds.',
    fix: 'Render the manifest again from its source, or write the same in both places.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (istio-init)'],
    messages: {
      differs:
        '{resource}: the annotation says {annotation}, but istio-init was rendered with {option} {argument}, and that holds.',
      unheard:
        '{resource}: the annotation says {annotation}, but istio-init was rendered without {option}, so it has no effect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'changed after the manifest was rendered',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            annotations:
              traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.1.0.0/16 #~ differs \`10.1.0.0/16\`
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -i, "*", -x, "", -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'the same in both places',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            annotations:
              traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.1.0.0/16
              traffic.sidecar.istio.io/excludeInboundPorts: "9000"
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -i, "*", -x, 10.1.0.0/16, -b, "*", -d, "15090,15021,15020,9000"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.iptables) return;
    const resource = nameOf(workload.resource);
    for (const [key, { option, letter }] of PAIRS) {
      const annotation = workload.podAnnotations.get(key);
      if (annotation === undefined || workload.podAnnotations.mayChange(key)) continue;
      const argument = written.iptables.get(option);
      if (argument ? argument.value === undefined : !written.iptables.lacks(option)) continue;
      const own = ownItems(mesh, workload, written, key);
      if (!own || same(annotation, argument?.value ?? '', own)) continue;
      const at = workload.podAnnotations.at(key);
      const said = annotation === '' ? '""' : annotation;
      if (argument) {
        report(
          at,
          'differs',
          { resource, annotation: said, option: letter, argument: argument.value || '""' },
          { related: [{ at: argument.field, note: 'what holds' }] },
        );
      } else report(at, 'unheard', { resource, annotation: said, option: letter });
    }
  },
});

const PAIRS: ReadonlyMap<string, { readonly option: IptablesOption; readonly letter: string }> = new Map([
  ['traffic.sidecar.istio.io/includeOutboundIPRanges', { option: 'istio-service-cidr', letter: '-i' }],
  ['traffic.sidecar.istio.io/excludeOutboundIPRanges', { option: 'istio-service-exclude-cidr', letter: '-x' }],
  ['traffic.sidecar.istio.io/includeInboundPorts', { option: 'istio-inbound-ports', letter: '-b' }],
  ['traffic.sidecar.istio.io/excludeInboundPorts', { option: 'istio-local-exclude-ports', letter: '-d' }],
  ['traffic.sidecar.istio.io/includeOutboundPorts', { option: 'istio-outbound-ports', letter: '-q' }],
  ['traffic.sidecar.istio.io/excludeOutboundPorts', { option: 'istio-local-outbound-ports-exclude', letter: '-o' }],
  ['traffic.sidecar.istio.io/excludeInterfaces', { option: 'istio-exclude-interfaces', letter: '-c' }],
  ['traffic.sidecar.istio.io/kubevirtInterfaces', { option: 'kube-virt-interfaces', letter: '-k' }],
]);

/** What the template adds of itself, so that it may stand on one side only; undefined where that is not known. */
function ownItems(
  mesh: Mesh,
  workload: Workload,
  written: WrittenSidecar,
  key: string,
): ReadonlySet<string> | undefined {
  if (key === 'traffic.sidecar.istio.io/excludeInboundPorts') {
    const status = statusPortOf(mesh, workload, written);
    return status === undefined ? undefined : new Set(['15090', '15021', '15020', String(status)]);
  }
  // Under the CNI plugin of 1.5 the injector wrote the ports of the containers here, whatever istio-init was given.
  if (key === 'traffic.sidecar.istio.io/includeInboundPorts') {
    const ports = new Set(listItems(workload.podAnnotations.get(key) ?? ''));
    const declared = workload.declaredPorts.map((port) => String(port.number));
    if (ports.size > 0 && [...ports].every((port) => declared.includes(port))) return undefined;
  }
  return NONE;
}

const NONE: ReadonlySet<string> = new Set();

function same(one: string, other: string, own: ReadonlySet<string>): boolean {
  const items = (text: string) => new Set(listItems(text).filter((item) => !own.has(item)));
  const [a, b] = [items(one), items(other)];
  return a.size === b.size && [...a].every((item) => b.has(item));
}
