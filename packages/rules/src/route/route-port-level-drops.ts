import {
  type DestinationRule,
  defineRule,
  destinationRuleToJudge,
  type Field,
  isPatchedAt,
  type Mesh,
  nameOf,
  type RegistryHost,
  registryOf,
  standsBeside,
} from '@meshvet/core';

export const routePortLevelDrops = defineRule({
  meta: {
    id: 'route-port-level-drops',
    summary:
      'The settings of a port leave out what the DestinationRule sets for the whole host, and so it holds for no port.',
    why: 'The settings of a port take the place of those of the host, and inherit nothing: what they do not repeat is back at the default.',
    fix: 'Repeat in portLevelSettings what shall hold for the port, or take it out above.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['networking.istio.io/DestinationRule'],
    sources: [
      'istio/istio pilot/pkg/networking/util/util.go (MergeTrafficPolicy)',
      'istio.io/docs/reference/config/networking/destination-rule/#TrafficPolicy-PortTrafficPolicy',
    ],
    messages: {
      nowhere:
        '{rule}: {key} of the host holds for none of its ports, since portLevelSettings for {ports} take its place and leave it out.',
      ofPort: '{rule}: {key} of the host does not hold for port {port}, whose own settings leave it out.',
    },
  },
  examples: {
    bad: [
      {
        title: 'TLS for the only port, and the outlier detection above is gone',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: pay, namespace: shop }
          spec:
            hosts: [pay.example.com]
            resolution: DNS
            ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 443 }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: pay, namespace: shop }
          spec:
            host: pay.example.com
            trafficPolicy:
              outlierDetection: { consecutive5xxErrors: 3 } #~ nowhere
              portLevelSettings:
                - port: { number: 80 }
                  tls: { mode: SIMPLE }
        `,
      },
    ],
    good: [
      {
        title: 'the port repeats it',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: pay, namespace: shop }
          spec:
            host: pay.example.com
            trafficPolicy:
              outlierDetection: { consecutive5xxErrors: 3 }
              portLevelSettings:
                - port: { number: 80 }
                  tls: { mode: SIMPLE }
                  outlierDetection: { consecutive5xxErrors: 3 }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const rule = destinationRuleToJudge(mesh, resource);
    if (!rule || isPatchedAt(resource, 'spec', 'trafficPolicy')) return;
    const policy = rule.spec.at('trafficPolicy');
    const levels = (policy.at('portLevelSettings').items() as Field[]).slice(0, MOST);
    if (levels.length === 0 || levels.some((level) => level.at('port').at('number').number() === undefined)) return;
    const ports = portsOfHost(mesh, rule);
    for (const key of KEYS) {
      const above = policy.at(key);
      if (!above.hasValue) continue;
      const without = levels.filter((level) => !level.at(key).hasValue);
      const numbers = new Set(without.map((level) => level.at('port').at('number').number() as number));
      if (numbers.size === 0) continue;
      const related = without.slice(0, 3).map((at) => ({ at, note: `no ${key} here` }));
      const nowhere = ports && ports.length > 0 && ports.every((number) => numbers.has(number));
      const words = { rule: nameOf(resource), key };
      if (nowhere) {
        const names = `${ports.length === 1 ? 'port' : 'ports'} ${ports.slice(0, 6).join(', ')}`;
        report(above, 'nowhere', { ...words, ports: names }, { related, onKey: true });
      } else
        report(
          above,
          'ofPort',
          { ...words, port: [...numbers].slice(0, 6).join(', ') },
          {
            severity: 'info',
            advice: true,
            related,
            onKey: true,
          },
        );
    }
  },
});

const MOST = 100;
const KEYS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'] as const;

/** The ports of the one host of a rule; undefined where they are not all known. */
function portsOfHost(mesh: Mesh, { host, resource }: DestinationRule): readonly number[] | undefined {
  if (!host || host.wildcard) return undefined;
  const hosts = registryOf(mesh)
    .at(host.fqdn)
    .filter((h: RegistryHost) => standsBeside(mesh, h.resource, resource));
  if (hosts.length === 0 || hosts.some((h) => !h.portsKnown)) return undefined;
  return [...new Set(hosts.flatMap((h) => h.ports.filter((p) => p.protocol !== 'UDP').map((p) => p.number)))];
}
