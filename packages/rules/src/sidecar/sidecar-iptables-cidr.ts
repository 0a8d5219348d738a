import {
  type Argument,
  defineRule,
  isIpAddress,
  isIpPrefix,
  judgedSidecar,
  listItems,
  nameOf,
  prefixesOverlap,
  renderedBy,
} from '@meshvet/core';

export const sidecarIptablesCidr = defineRule({
  meta: {
    id: 'sidecar-iptables-cidr',
    summary: 'istio-init is given ranges of addresses that it cannot use.',
    why: 'It passes over what is no range, so that this traffic goes another way than is written, and with * for the ranges to leave out it fails, and the pods never start.',
    fix: 'Write ranges as address/length, with commas and without blanks, or * alone for all outgoing traffic in -i.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio tools/istio-iptables/pkg/capture/run.go (separateV4V6, Run)'],
    messages: {
      wildcard:
        '{resource}: -x takes no *, so istio-init fails and the pods never start; to leave out all traffic, give -i an empty list.',
      mixed: '{resource}: * stands for all traffic only alone; in the list {list} istio-init passes over it.',
      address:
        '{resource}: {value} is an address without a length, and istio-init passes over it; for one address write {value}/{bits}.',
      invalid: '{resource}: {value} is no range of addresses such as 10.0.0.0/8, and istio-init passes over it.',
      idle: '{resource}: -x leaves out {value}, which -i does not take in, so it changes nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a star where only ranges may stand',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args:
                  - istio-iptables
                  - -i
                  - "*"
                  - -x
                  - "*" #~ wildcard \`"*"\`
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
      {
        title: 'an address alone',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args:
                  - istio-iptables
                  - -i
                  - "*"
                  - -x
                  - 169.254.169.254 #~ address
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'all but one address',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -i, "*", -x, 169.254.169.254/32]
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
    const include = written.iptables.get('istio-service-cidr');
    const exclude = written.iptables.get('istio-service-exclude-cidr');
    // The shell script before 1.4 read addresses without a length too.
    const strict = renderedBy(mesh, written, '1.4');
    for (const argument of [include, exclude]) {
      if (!argument?.value || argument.value === '*') continue;
      const items = rawItems(argument.value);
      // One finding a list: the next run shows what is left.
      const wrong = items.find((item) => !isIpPrefix(item) && (strict || !isIpAddress(item)));
      if (wrong === undefined) continue;
      if (wrong.trim() === '*') report(argument.field, 'mixed', { resource, list: JSON.stringify(argument.value) });
      else if (isIpAddress(wrong))
        report(argument.field, 'address', { resource, value: wrong, bits: wrong.includes(':') ? 128 : 32 });
      else report(argument.field, 'invalid', { resource, value: JSON.stringify(wrong) });
    }
    if (exclude?.value === '*') report(exclude.field, 'wildcard', { resource });
    const idle = exclude && idleRange(include, exclude);
    if (exclude && idle !== undefined)
      report(exclude.field, 'idle', { resource, value: idle }, { severity: 'info', advice: true });
  },
});

// As istio-iptables parts them: blanks stay, and make an item none; empty ones go.
function rawItems(list: string): string[] {
  return list.split(',', MOST).filter((item) => item !== '');
}

const MOST = 1000;

/** A range that is left out although nothing near it is taken in; exclusions come first, so one inside an inclusion is right. */
function idleRange(include: Argument | undefined, exclude: Argument): string | undefined {
  if (!include?.value || include.value === '*' || !exclude.value) return undefined;
  const taken = listItems(include.value).slice(0, NEAR);
  return listItems(exclude.value)
    .slice(0, NEAR)
    .find((item) => isIpPrefix(item) && taken.every((one) => isIpPrefix(one) && !prefixesOverlap(one, item)));
}

const NEAR = 50;
