import { defineRule, type Field, isPatchedAt, type Mesh, nameOf, type Resource, selectionToJudge } from '@meshvet/core';

export const telemetryProviderMissing = defineRule({
  meta: {
    id: 'telemetry-provider-missing',
    summary: 'An entry for access logs does nothing, because it names no provider and the mesh has no default.',
    why: 'Istio drops such an entry: the requests that it is about are not logged, and one that switches logging off leaves on what accessLogFile of MeshConfig asks for.',
    fix: 'Name a provider, such as providers: [{ name: envoy }], or set defaultProviders.accessLogging in MeshConfig.',
    severity: 'warning',
    subject: 'resource',
    types: ['telemetry.istio.io/Telemetry'],
    codes: ['IST0157'],
    since: '1.12',
    sources: [
      'istio.io/docs/reference/config/telemetry/#AccessLogging',
      'istio.io/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider',
      'istio/istio pkg/config/analysis/analyzers/telemetry/providers.go',
      'istio/istio pilot/pkg/model/telemetry.go',
    ],
    messages: {
      none: '{telemetry} logs to no provider: the entry names none, and MeshConfig has no defaultProviders.accessLogging.',
      filter:
        '{telemetry} filters access logs in an entry that names no provider; it takes those of the entry above with the filter of that one, and this filter is not used.',
      disabled:
        '{telemetry} switches access logs off for no provider: the entry names none, and MeshConfig has no defaultProviders.accessLogging; what accessLogFile {file} asks for is logged on.',
      unknown: '{telemetry} names provider "{name}", which is none of the extensionProviders of MeshConfig: {known}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: telemetry.istio.io/v1
          kind: Telemetry
          metadata: { name: default, namespace: istio-system }
          spec:
            accessLogging:
              - filter: { expression: "response.code >= 400" } #~ none
          ---
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data:
            mesh: |
              accessLogFile: ""
        `,
      },
    ],
    good: [
      {
        title: 'the mesh has a default',
        yaml: `
          apiVersion: telemetry.istio.io/v1
          kind: Telemetry
          metadata: { name: default, namespace: istio-system }
          spec: { accessLogging: [{ filter: { expression: "response.code >= 400" } }] }
          ---
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data:
            mesh: |
              defaultProviders: { accessLogging: [envoy] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'telemetry.istio.io/Telemetry' || isPatchedAt(resource, 'spec')) return;
    const selection = selectionToJudge(mesh, resource);
    if (!selection) return;
    const spec = resource.body.at('spec');
    const telemetry = nameOf(resource);
    const { known, byDefault, file } = mesh.derive(providersOfMesh);
    const inherits = selection.selector || !selection.everywhere || selection.attached;
    if (byDefault === 'no' && !(inherits && mayInherit(mesh, resource))) {
      let above = false;
      for (const entry of spec.at('accessLogging').items() as Field[]) {
        const providers = entry.at('providers');
        if (providers.hasValue && !providers.isList) break;
        if (providers.items().length > 0) above = true;
        if (providers.items().length > 0 || entry.at('disabled').value === true) continue;
        // An entry takes the providers of the one above it, with the filter of that one. Source: `pilot/pkg/model/telemetry.go`, mergeLogs.
        if (above && !entry.at('filter').hasValue) continue;
        if (above) report(entry.at('filter'), 'filter', { telemetry });
        else report(providers.exists ? providers : entry, 'none', { telemetry });
        // Once for each object, as istioctl does.
        break;
      }
    }
    if (byDefault === 'no' && file && !isInherited(mesh, resource)) {
      const entries = spec.at('accessLogging').items() as Field[];
      // An entry takes the providers of the one above it.
      const named = entries.findIndex((e) => e.at('providers').hasValue);
      const off = entries.slice(0, named < 0 ? entries.length : named).find((e) => e.at('disabled').boolean() === true);
      if (off) report(off.at('disabled'), 'disabled', { telemetry, file }, { codes: [] });
    }
    if (!known) return;
    for (const kind of ['accessLogging', 'metrics', 'tracing']) {
      for (const entry of spec.at(kind).items() as Field[]) {
        for (const provider of entry.at('providers').items() as Field[]) {
          const name = provider.at('name').string();
          if (name === undefined || known.has(name)) continue;
          const list = [...known].sort().slice(0, 8).join(', ');
          report(provider.at('name'), 'unknown', { telemetry, name, known: list }, { codes: [] });
        }
      }
    }
  },
});

interface Providers {
  /** undefined where MeshConfig was not read whole. */
  readonly known: ReadonlySet<string> | undefined;
  /** Whether the mesh has a default for access logs. */
  readonly byDefault: 'yes' | 'no' | 'unknown';
  /** Where the mesh logs without any provider; empty where it does not. */
  readonly file: string;
}

// What Istio brings along whatever MeshConfig says. Source: `pkg/config/mesh/mesh.go`, DefaultMeshConfig.
const BUILT_IN = ['envoy', 'prometheus', 'stackdriver'];

// An IstioOperator or values of a chart are laid over a profile that nobody has read; the ConfigMap istio and --mesh-config are the whole.
function providersOfMesh(mesh: Mesh): Providers {
  const { value, from, certain, source = '' } = mesh.installation.meshConfig;
  const whole = certain && (from === 'config' || (from === 'manifest' && source.startsWith('ConfigMap ')));
  if (!whole && !(mesh.settings.closedWorld && certain)) return { known: undefined, byDefault: 'unknown', file: '' };
  const defaults = (value.defaultProviders as { accessLogging?: unknown } | undefined)?.accessLogging;
  const extensions = Array.isArray(value.extensionProviders) ? value.extensionProviders : [];
  const names = extensions.map((e) => (e as { name?: unknown } | null)?.name);
  return {
    known:
      whole && names.every((n) => typeof n === 'string') ? new Set([...BUILT_IN, ...(names as string[])]) : undefined,
    byDefault: Array.isArray(defaults) && defaults.length > 0 ? 'yes' : 'no',
    file: typeof value.accessLogFile === 'string' ? value.accessLogFile : '',
  };
}

/** Whether a wider Telemetry may name the providers: one of the root namespace, or of the same one. */
function mayInherit(mesh: Mesh, resource: Resource): boolean {
  return !mesh.settings.closedWorld || isInherited(mesh, resource);
}

/** Whether a wider Telemetry of the input names providers. */
function isInherited(mesh: Mesh, resource: Resource): boolean {
  const root = mesh.installation.rootNamespace.value;
  return mesh
    .ofType('telemetry.istio.io/Telemetry')
    .slice(0, MOST)
    .some(
      (other) =>
        other !== resource &&
        (other.namespace === root || other.namespace === resource.namespace) &&
        (other.body.at('spec').at('accessLogging').items() as Field[]).some(
          (e) => e.at('providers').items().length > 0,
        ),
    );
}

const MOST = 1000;
