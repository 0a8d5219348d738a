import {
  applicationContainers,
  defineRule,
  endsByItself,
  graceOf,
  isPatchedAnywhere,
  type Mesh,
  nameOf,
  PROXY_CONFIG_KEY,
  podProxyConfig,
  preStopSleep,
  proxyField,
  proxyMetadata,
  proxySetting,
  secondsOf,
  type Workload,
} from '@meshvet/core';
import { milderOf, severityForSidecar } from '../shared/severity/audience.ts';
import { severityForLinkerd } from '../shared/severity/linkerd-audience.ts';

export const runtimeTerminationDrain = defineRule({
  meta: {
    id: 'runtime-termination-drain',
    summary: 'The pods end before their proxy has finished the requests that are under way.',
    why: 'On SIGTERM the proxy goes on for its drain time; Kubernetes kills it after terminationGracePeriodSeconds, and a classic sidecar that ends first takes the network from an application that still answers.',
    fix: 'Keep terminationDrainDuration below terminationGracePeriodSeconds, and not shorter than what the application sleeps in preStop.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'workload',
    sources: [
      'istio.io: ProxyConfig, terminationDrainDuration (default 5s); EXIT_ON_ZERO_ACTIVE_CONNECTIONS since 1.12',
      'istio/istio pkg/envoy/agent.go (terminate)',
      'kubernetes.io: Pod Lifecycle, Termination of Pods',
    ],
    messages: {
      noGrace:
        '{resource}: terminationGracePeriodSeconds is 0, so {proxy} is killed at once and what is under way is lost. The default is 30.',
      longDrain:
        '{resource}: the sidecar drains for {drain} s, but is killed after terminationGracePeriodSeconds {grace}. The drain has to be shorter.',
      earlyExit:
        '{resource}: container {container} sleeps {sleep} s in preStop, but the classic sidecar ends {drain} s after SIGTERM, and its requests fail from then on.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a drain that is longer than the pods may take',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  proxy.istio.io/config: "terminationDrainDuration: 45s" #~ longDrain
              spec:
                terminationGracePeriodSeconds: 30
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a grace period that covers the drain',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations: { proxy.istio.io/config: "terminationDrainDuration: 45s" }
              spec:
                terminationGracePeriodSeconds: 60
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    if (endsByItself(workload) || isPatchedAnywhere(workload.resource, GRACE)) return;
    const resource = nameOf(workload.resource);
    const field = workload.podSpec.at(GRACE);
    const severity = severityForSidecar(mesh, workload, 'warning');
    const grace = graceOf(workload);
    if (grace === 0) {
      // Pods that only call others often have none, on purpose; where nobody knows of a sidecar that is no warning.
      const isSure = mesh.sidecar(workload).present === 'yes';
      const own = severity && (isSure ? severity : milderOf(severity, 'info'));
      const speaks = own ?? severityForLinkerd(mesh, workload, 'warning');
      const proxy = severity ? 'the sidecar' : "Linkerd's proxy";
      if (speaks) report(field, 'noGrace', { resource, proxy }, { severity: speaks });
      return;
    }
    if (!severity || grace === undefined) return;
    const drain = drainOf(mesh, workload);
    if (drain === undefined) return;
    if (drain.seconds >= grace) {
      // Who has a short grace period and asks for no drain loses nothing: the drain ends when all end. One that is asked for is another matter,
      // and that of the mesh is mended at the pods' own number.
      const at = drain.of === 'pod' ? workload.podAnnotations.at(PROXY_CONFIG_KEY) : field;
      if (drain.of === 'pod' || (drain.of === 'mesh' && field.hasValue))
        report(at, 'longDrain', { resource, drain: drain.seconds, grace }, { severity });
      return;
    }
    const { present, form } = mesh.sidecar(workload);
    if (present !== 'yes' || form !== 'classic') return;
    for (const container of applicationContainers(workload)) {
      const sleep = preStopSleep(container);
      // Nothing sleeps longer than the pods live.
      if (!sleep || Math.min(sleep.seconds, grace) <= drain.seconds) continue;
      const words = { resource, container: container.name, sleep: sleep.seconds, drain: drain.seconds };
      report(sleep.field, 'earlyExit', words, { severity: 'info', onKey: true });
    }
  },
});

const GRACE = 'terminationGracePeriodSeconds';

interface Drain {
  readonly seconds: number;
  readonly of: 'pod' | 'mesh' | 'default';
}

/** How long the proxy goes on after SIGTERM, and who says so; undefined where it waits for connections, or is not known. */
function drainOf(mesh: Mesh, workload: Workload): Drain | undefined {
  const { own, unreadable } = podProxyConfig(mesh, workload);
  if (unreadable || proxyMetadata(mesh, workload, 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS') === 'true') return undefined;
  const said = proxySetting(mesh, workload, 'terminationDrainDuration');
  if (said === undefined) return { seconds: DEFAULT_DRAIN, of: 'default' };
  const seconds = secondsOf(said);
  return seconds === undefined
    ? undefined
    : { seconds, of: proxyField(own, 'terminationDrainDuration') === undefined ? 'mesh' : 'pod' };
}

const DEFAULT_DRAIN = 5;
