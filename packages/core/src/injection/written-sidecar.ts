import type { Container, Workload } from '../cluster/workloads.ts';
import { type CommandLine, type OptionSpec, readCommandLine } from '../installation/command-line.ts';
import type { Version } from '../installation/version.ts';
import type { Labels } from '../manifest/labels.ts';
import type { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { SidecarForm } from './sidecar.ts';

/** What the injector writes of itself: the names that it added, as JSON. */
export const STATUS_KEY = 'sidecar.istio.io/status';
/** How the traffic of a pod comes to its proxy: REDIRECT, TPROXY or NONE. */
export const INTERCEPTION_MODE_KEY = 'sidecar.istio.io/interceptionMode';
/** What the author's own istio-proxy said before it was merged with the template. Since 1.9. */
export const OVERRIDES_KEY = 'proxy.istio.io/overrides';

/**
 * What the proxy of a pod is there for. `sidecar`: takes the traffic of the containers beside it. `agent`: serves gRPC libraries, or fetches
 * certificates, and takes no traffic. `other`: a gateway, a waypoint, a part of the control plane, or a program that is not known.
 */
export type ProxyRole = 'sidecar' | 'agent' | 'other';

/**
 * The parts of a mesh that stand in a manifest: written by hand, or rendered by an injector. A container named istio-proxy with
 * `image: auto`, or with nothing but a few settings, is none: the injector makes it one.
 */
export interface WrittenSidecar {
  readonly mesh: 'istio' | 'linkerd';
  /** All containers that bear the name of the proxy. One is right. */
  readonly proxies: readonly Container[];
  readonly proxy: Container | undefined;
  /** Redirects the traffic to the proxy: istio-init, linkerd-init. */
  readonly init: Container | undefined;
  /** Waits until the CNI plugin has redirected it: istio-validation, linkerd-network-validator. */
  readonly validation: Container | undefined;
  /** Where the proxy stands: `native` among the init containers, whether or not it keeps running there. */
  readonly form: SidecarForm | undefined;
  readonly role: ProxyRole;
  /** Whether it is whole: with its arguments, its init container, or the injector's status. Else an injector may fill it in. */
  readonly whole: boolean;
  /** How the traffic is taken; undefined where the manifest does not say, or says what is filled in later. */
  readonly interception: string | undefined;
  /** The release that the image of the proxy, or of its init container, names. */
  readonly version: Version | undefined;
  /** The options of istio-init. */
  readonly iptables: CommandLine<IptablesOption> | undefined;
  /** The options of linkerd-init. */
  readonly proxyInit: CommandLine<ProxyInitOption> | undefined;
}

/** The options of istio-iptables, by their long names. */
export type IptablesOption =
  | 'envoy-port'
  | 'inbound-capture-port'
  | 'inbound-tunnel-port'
  | 'proxy-uid'
  | 'proxy-gid'
  | 'istio-inbound-interception-mode'
  | 'istio-inbound-ports'
  | 'istio-local-exclude-ports'
  | 'istio-service-cidr'
  | 'istio-service-exclude-cidr'
  | 'istio-outbound-ports'
  | 'istio-local-outbound-ports-exclude'
  | 'istio-exclude-interfaces'
  | 'kube-virt-interfaces'
  | 'istio-inbound-tproxy-mark'
  | 'istio-inbound-tproxy-route-table'
  | 'iptables-probe-port'
  | 'nftables-probe-port'
  | 'probe-timeout'
  | 'network-namespace'
  | 'log_output_level'
  | AloneOption;

type AloneOption =
  | 'dry-run'
  | 'clean'
  | 'restore-format'
  | 'iptables-trace-logging'
  | 'skip-rule-apply'
  | 'run-validation'
  | 'redirect-dns'
  | 'drop-invalid'
  | 'dual-stack'
  | 'capture-all-dns'
  | 'cni-mode'
  | 'reconcile'
  | 'cleanup-only'
  | 'force-apply'
  | 'native-nftables';

/**
 * Letters and names of the options, and the variables read in their place. Source: `tools/istio-iptables/pkg/constants/constants.go` and
 * `pkg/cmd/root.go`; the letters are those of `istio-iptables.sh` too, which was the program before 1.4.
 */
const IPTABLES_OPTIONS: readonly OptionSpec<IptablesOption>[] = [
  { name: 'envoy-port', letter: 'p', variable: 'ENVOY_PORT' },
  { name: 'inbound-capture-port', letter: 'z', variable: 'INBOUND_CAPTURE_PORT' },
  { name: 'inbound-tunnel-port', letter: 'e', variable: 'INBOUND_TUNNEL_PORT' },
  { name: 'proxy-uid', letter: 'u', variable: 'PROXY_UID' },
  { name: 'proxy-gid', letter: 'g', variable: 'PROXY_GID' },
  { name: 'istio-inbound-interception-mode', letter: 'm', variable: 'ISTIO_INBOUND_INTERCEPTION_MODE' },
  { name: 'istio-inbound-ports', letter: 'b', variable: 'ISTIO_INBOUND_PORTS' },
  { name: 'istio-local-exclude-ports', letter: 'd', variable: 'ISTIO_LOCAL_EXCLUDE_PORTS' },
  { name: 'istio-service-cidr', letter: 'i', variable: 'ISTIO_SERVICE_CIDR' },
  { name: 'istio-service-exclude-cidr', letter: 'x', variable: 'ISTIO_SERVICE_EXCLUDE_CIDR' },
  { name: 'istio-outbound-ports', letter: 'q', variable: 'ISTIO_OUTBOUND_PORTS' },
  { name: 'istio-local-outbound-ports-exclude', letter: 'o', variable: 'ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE' },
  { name: 'istio-exclude-interfaces', letter: 'c', variable: 'ISTIO_EXCLUDE_INTERFACES' },
  { name: 'kube-virt-interfaces', letter: 'k', variable: 'KUBE_VIRT_INTERFACES' },
  { name: 'istio-inbound-tproxy-mark', letter: 't' },
  { name: 'istio-inbound-tproxy-route-table', letter: 'r' },
  { name: 'iptables-probe-port' },
  { name: 'nftables-probe-port' },
  { name: 'probe-timeout' },
  { name: 'network-namespace' },
  { name: 'log_output_level' },
  { name: 'dry-run', letter: 'n', alone: true },
  { name: 'restore-format', letter: 'f', alone: true },
  ...(
    [
      'clean',
      'iptables-trace-logging',
      'skip-rule-apply',
      'run-validation',
      'redirect-dns',
      'drop-invalid',
      'dual-stack',
      'capture-all-dns',
      'cni-mode',
      'reconcile',
      'cleanup-only',
      'force-apply',
      'native-nftables',
    ] as const
  ).map((name) => ({ name, alone: true })),
];

const IPTABLES_PROGRAMS: ReadonlySet<string> = new Set(['istio-iptables', 'istio-iptables.sh', 'prepare_proxy.sh']);

/** The options of Linkerd's proxy-init, by their long names. */
export type ProxyInitOption =
  | 'incoming-proxy-port'
  | 'outgoing-proxy-port'
  | 'proxy-uid'
  | 'proxy-gid'
  | 'ports-to-redirect'
  | 'inbound-ports-to-ignore'
  | 'outbound-ports-to-ignore'
  | 'subnets-to-ignore'
  | 'netns'
  | 'timeout-close-wait-secs'
  | 'log-format'
  | 'log-level'
  | 'firewall-bin-path'
  | 'firewall-save-bin-path'
  | 'ipv6'
  | 'simulate'
  | 'use-wait-flag';

/** Source: `cmd/root.go` of linkerd/linkerd2-proxy-init. */
const PROXY_INIT_OPTIONS: readonly OptionSpec<ProxyInitOption>[] = [
  { name: 'incoming-proxy-port', letter: 'p' },
  { name: 'outgoing-proxy-port', letter: 'o' },
  { name: 'proxy-uid', letter: 'u' },
  { name: 'proxy-gid' },
  { name: 'ports-to-redirect', letter: 'r' },
  { name: 'inbound-ports-to-ignore' },
  { name: 'outbound-ports-to-ignore' },
  { name: 'subnets-to-ignore' },
  { name: 'netns' },
  { name: 'timeout-close-wait-secs' },
  { name: 'log-format' },
  { name: 'log-level' },
  { name: 'firewall-bin-path' },
  { name: 'firewall-save-bin-path' },
  { name: 'ipv6', alone: true },
  { name: 'simulate', alone: true },
  { name: 'use-wait-flag', letter: 'w', alone: true },
];

const PROXY_INIT_PROGRAMS: ReadonlySet<string> = new Set(['proxy-init', 'linkerd2-proxy-init']);

interface Names {
  readonly proxy: string;
  readonly init: string;
  readonly validation: string;
}

const ISTIO: Names = { proxy: 'istio-proxy', init: 'istio-init', validation: 'istio-validation' };
const LINKERD: Names = { proxy: 'linkerd-proxy', init: 'linkerd-init', validation: 'linkerd-network-validator' };

/** The parts of a mesh that the manifest of a workload holds; undefined when it holds none. */
export function readWrittenSidecar(workload: Workload, mesh: 'istio' | 'linkerd'): WrittenSidecar | undefined {
  const names = mesh === 'istio' ? ISTIO : LINKERD;
  const named = (name: string) => workload.containers.filter((c) => c.name === name && isImage(c));
  const proxies = named(names.proxy);
  const init = named(names.init).find((c) => c.init);
  const validation = named(names.validation).find((c) => c.init);
  const [proxy] = proxies;
  if (!proxy && !init && !validation) return undefined;
  const environment = proxy ? variablesOf(proxy.field) : new Map<string, Field>();
  const istio = mesh === 'istio';
  return {
    mesh,
    proxies,
    proxy,
    init,
    validation,
    form: proxy && (proxy.init ? 'native' : 'classic'),
    role: istio ? istioRole(workload, proxy, environment) : 'sidecar',
    whole: isWhole(workload, istio, proxy, init, validation),
    interception: istio ? interceptionOf(workload.podAnnotations, environment) : undefined,
    version: istio ? (releaseOf(proxy?.image) ?? releaseOf(init?.image) ?? releaseOf(validation?.image)) : undefined,
    iptables: istio && init ? readCommandLine(init.field, IPTABLES_OPTIONS, IPTABLES_PROGRAMS) : undefined,
    proxyInit: !istio && init ? readCommandLine(init.field, PROXY_INIT_OPTIONS, PROXY_INIT_PROGRAMS) : undefined,
  };
}

/** The environment of a container: the variable items by name. */
export function variablesOf(container: Field): Map<string, Field> {
  const variables = new Map<string, Field>();
  for (const item of container.at('env').items()) {
    const name = item.at('name').string();
    if (name !== undefined) variables.set(name, item);
  }
  return variables;
}

/** The tag of an image; undefined where there is none, a digest stands in its place, or a later step fills it in. */
export function tagOf(image: string): string | undefined {
  if (image.includes('@')) return undefined;
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 || colon === name.length - 1 ? undefined : name.slice(colon + 1);
}

/** The image of a container without registry, folder, tag and digest. */
export function imageNameOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.split(/[:@]/, 1)[0] ?? '';
}

// Only images of Istio's own names: the tag of another one counts the releases of something else.
function releaseOf(image: string | undefined): Version | undefined {
  if (!image || !ISTIO_IMAGES.test(imageNameOf(image))) return undefined;
  const match = /^(?:release-)?v?([01])\.(\d{1,2})(?!\d)/.exec(tagOf(image) ?? '');
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

const ISTIO_IMAGES = /^(?:proxyv2|proxy_init|proxy_debug|proxy|proxyv2-rhel\d|istio-proxyv2|istio-proxyv2-rhel\d)$/;

function isImage({ image }: Container): boolean {
  return image !== '' && image !== 'auto';
}

function isWhole(
  workload: Workload,
  istio: boolean,
  proxy: Container | undefined,
  init: Container | undefined,
  validation: Container | undefined,
): boolean {
  if (istio ? workload.podAnnotations.has(STATUS_KEY) : workload.podAnnotations.has('linkerd.io/proxy-version'))
    return true;
  // An author who sets the resources of istio-init or istio-proxy leaves their arguments to the template.
  if (proxy && (init || validation)) return true;
  return [proxy, init, validation].some((c) => c && (c.field.at('args').hasValue || c.field.at('command').hasValue));
}

function istioRole(
  workload: Workload,
  proxy: Container | undefined,
  environment: ReadonlyMap<string, Field>,
): ProxyRole {
  if (workload.isGateway) return 'other';
  const templates = workload.podAnnotations.get('inject.istio.io/templates');
  const isAgent =
    environment.get('ISTIO_META_GENERATOR')?.at('value').string() === 'grpc' ||
    environment.get('DISABLE_ENVOY')?.at('value').text() === 'true' ||
    templates?.split(',').some((name) => name.trim().startsWith('grpc'));
  if (isAgent) return 'agent';
  if (templates?.split(',').some((name) => name.trim() !== 'sidecar' && name.trim() !== '')) return 'other';
  if (!proxy) return 'sidecar';
  const words = [...proxy.field.at('command').items(), ...proxy.field.at('args').items()].map((item) => item.text());
  if (words.length === 0) return 'sidecar';
  const at = words.indexOf('proxy');
  // Started by something else: a script, Envoy itself, a fork of the agent.
  if (at < 0 || words.includes('--templateFile')) return 'other';
  const role = words[at + 1];
  if (role === undefined || role === 'sidecar' || role.startsWith('-')) {
    // Prometheus and others run a proxy for the certificates that it writes for them.
    return environment.has('OUTPUT_CERTS') ? 'agent' : 'sidecar';
  }
  return 'other';
}

function interceptionOf(annotations: Labels, environment: ReadonlyMap<string, Field>): string | undefined {
  if (annotations.has(INTERCEPTION_MODE_KEY)) return annotations.get(INTERCEPTION_MODE_KEY);
  const variable = environment.get('ISTIO_META_INTERCEPTION_MODE');
  if (variable) return variable.at('value').text();
  const config = environment.get('PROXY_CONFIG')?.at('value').string();
  const mode = config === undefined ? undefined : parsed(config)?.interceptionMode;
  return typeof mode === 'string' ? mode : undefined;
}

/** A JSON object in a text; undefined for anything else. */
export function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainMapping(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
