import { type Externals, type InstallationSettings, meshSettings, PROFILES } from '../installation/settings.ts';
import { formatVersion } from '../installation/version.ts';
import type { RuleHead } from '../rule/late-rule.ts';
import { SEVERITIES } from '../source/severity.ts';
import {
  CONFIG_DEFAULTS,
  type Config,
  type MeshConfigKeys,
  type OverrideConfig,
  PRESETS,
  type ProjectConfig,
  type RuleSeverity,
} from './config.ts';

/** A JSON Schema as plain data. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What a rule can be set to. */
export const RULE_SEVERITIES: readonly RuleSeverity[] = [...SEVERITIES, 'off'];

/** Shape of another tool's code, `IST0101/host`; whether a rule has it is asked when a config is read. */
export const CODE_PATTERN = '^[A-Za-z]{2,8}[0-9]{2,6}(/[A-Za-z0-9-]{1,40})?$';

/** The same as `parseVersion`, for editors; a test holds them together. */
const VERSION_PATTERN = '^v?\\d{1,3}\\.\\d{1,3}(?:\\.\\d+)?(?:[-+][\\w.-]+)?$';
const DNS_LABEL = '^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$';

const mesh = meshSettings();

// `errorMessage` is no word of JSON Schema: editors show it in place of the pattern, and so does `readConfig`.
const version = (of: string, example: string) => ({
  type: 'string',
  pattern: VERSION_PATTERN,
  errorMessage: `a release in quotes, such as "${example}"`,
  examples: [example],
  description: `Release of ${of} that the mesh runs, as a minor release in quotes. Decides which facts hold. When absent, the one that the profile stands for.`,
});

const names = (description: string, examples: readonly string[]) => ({
  type: 'array',
  items: { type: 'string', pattern: '^[^/]+$', errorMessage: 'a name without "/"' },
  default: [],
  examples: [examples],
  description,
});

const namespacedNames = (what: string, examples: readonly string[]) => ({
  type: 'array',
  items: {
    type: 'string',
    pattern: '^[^/]+/[^/]+$',
    errorMessage: 'namespace/name, where each may be a glob, such as "shop/*"',
  },
  default: [],
  examples: [examples],
  description: `${what}, as namespace/name; both may be globs.`,
});

const externals = {
  type: 'object',
  additionalProperties: false,
  description:
    'What exists although no manifest here says so. Lookups that meet it accuse nobody. In a project, added to what the whole config declares.',
  properties: {
    namespaces: names('Namespaces whose objects live somewhere else, wholly or in part; globs.', ['team-*']),
    hosts: names('Hosts that answer somewhere else; globs, in which * also covers dots.', ['*.example.com']),
    services: namespacedNames('Services that exist somewhere else', ['shop/redis', 'databases/*']),
    gateways: namespacedNames('Gateways that exist somewhere else', ['istio-system/public']),
    workloads: namespacedNames('Workloads that something else creates, such as an operator', ['monitoring/*']),
  } satisfies Record<keyof Externals, object>,
};

const selectors = (when: string) => ({
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    properties: {
      matchLabels: { type: 'object', additionalProperties: { type: 'string' } },
      matchExpressions: {
        type: 'array',
        items: {
          type: 'object',
          required: ['key', 'operator'],
          additionalProperties: false,
          properties: {
            key: { type: 'string', minLength: 1 },
            operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
            values: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    },
  },
  description: `Label selectors of pods that are ${when} injected where they say nothing themselves (value sidecarInjectorWebhook.${when}InjectSelector).`,
});

const meshProperties = {
  profile: {
    type: 'string',
    enum: PROFILES,
    default: mesh.profile,
    description:
      'The point of view: its releases, its facts and its severities. istio-current for meshes of today, istio-legacy for those of the first releases, istio-1.0 for the strict reading of the first guides.',
  },
  istioVersion: version('Istio', formatVersion(mesh.istioVersion)),
  kubernetesVersion: version('Kubernetes', formatVersion(mesh.kubernetesVersion)),
  closedWorld: {
    type: 'boolean',
    default: mesh.closedWorld,
    description:
      'Whether the manifests are the whole mesh. When true, what is not among them does not exist, and references to it are findings.',
  },
  defaultNamespace: {
    type: 'string',
    pattern: DNS_LABEL,
    errorMessage: 'the name of a namespace: small letters, digits and "-", at most 63',
    default: mesh.defaultNamespace,
    description: 'Namespace of the resources that name none.',
  },
  expectMesh: {
    type: 'string',
    enum: ['all', 'evidence', 'none'] satisfies MeshConfigKeys['expectMesh'][],
    default: mesh.expectMesh,
    description:
      'Which workloads ought to be in the mesh: all (also where the manifests do not say), those with evidence in the manifests, or none.',
  },
  linkerdVersion: version('Linkerd', formatVersion(mesh.linkerdVersion)),
  gatewayApiVersion: {
    ...version('the Gateway API', '1.5'),
    description:
      'Release of the Gateway API whose definitions the cluster has, as a minor release in quotes. When absent, the one that the release of Istio is written for; what only a later one has is then forgiven.',
  },
  gatewayApiChannel: {
    type: 'string',
    enum: ['standard', 'experimental'] satisfies MeshConfigKeys['gatewayApiChannel'][],
    description:
      'Which of the two channels of the Gateway API the cluster has. When absent, what either has is accepted.',
  },
  defaultRevision: {
    type: 'string',
    minLength: 1,
    examples: ['1-29'],
    description:
      'Revision of the control plane that injects where only istio-injection or sidecar.istio.io/inject is set. When absent, the manifests of the control plane tell it, if there are any, or else it is "default".',
  },
  revisions: names('Revisions of the control plane that are known to be installed.', ['1-29']),
  tags: {
    type: 'object',
    additionalProperties: { type: 'string', minLength: 1 },
    default: {},
    examples: [{ prod: '1-29' }],
    description: 'Revision tags that are known to be installed, each with the revision that it stands for.',
  },
  enableNamespacesByDefault: {
    type: 'boolean',
    description:
      'Whether the injector also takes namespaces without a label (value sidecarInjectorWebhook.enableNamespacesByDefault of the Istio chart). When absent, the manifests of the control plane tell it, or else it is false.',
  },
  installation: {
    type: 'object',
    additionalProperties: false,
    default: {},
    examples: [{ cni: true, rootNamespace: 'istio-system' }],
    description:
      'How Istio is installed, in the words of its charts. What is absent is read from the manifests of the control plane, if there are any, or else is the default of the chart.',
    properties: {
      rootNamespace: {
        type: 'string',
        pattern: DNS_LABEL,
        errorMessage: 'the name of a namespace: small letters, digits and "-", at most 63',
        description: 'Namespace of the control plane, whose policies hold for the whole mesh.',
      },
      cni: {
        type: 'boolean',
        description: 'Whether the CNI plugin of Istio redirects the traffic, in place of an init container.',
      },
      nativeSidecars: {
        enum: ['auto', true, false],
        description:
          'Whether istiod injects the proxy as an init container that keeps running (its environment ENABLE_NATIVE_SIDECARS).',
      },
      autoInject: {
        type: 'string',
        enum: ['enabled', 'disabled'],
        description: 'What becomes of pods that say nothing themselves (value global.proxy.autoInject).',
      },
      neverInjectSelector: selectors('never'),
      alwaysInjectSelector: selectors('always'),
      templates: names('Templates of the injector beside those of Istio itself.', ['debug']),
      webhooks: {
        type: 'string',
        enum: ['from-input', 'chart'],
        description:
          'Whether the webhooks among the manifests decide, or those that the charts of the configured release would make. When absent, those of the manifests if there are any.',
      },
      statusPort: {
        type: 'integer',
        minimum: 0,
        maximum: 65535,
        description: 'Port of the agent beside the proxy (value global.proxy.statusPort).',
      },
      proxyUid: {
        anyOf: [{ type: 'integer', minimum: 0 }, { const: 'assigned' }],
        errorMessage: 'a number, or "assigned" where the namespace gives the user, as on OpenShift',
        description: 'User that the proxy runs as; "assigned" where the namespace gives it, as on OpenShift.',
      },
      interceptionMode: {
        type: 'string',
        enum: ['REDIRECT', 'TPROXY', 'NONE'],
        description: 'How the traffic of the pods comes to the proxy.',
      },
      rewriteAppHTTPProbe: {
        type: 'boolean',
        description:
          'Whether the injector lets the agent answer the probes of the application (value sidecarInjectorWebhook.rewriteAppHTTPProbe).',
      },
      holdApplicationUntilProxyStarts: {
        type: 'boolean',
        description: 'Whether the containers of the application wait for the proxy.',
      },
      jwtPolicy: {
        type: 'string',
        enum: ['third-party-jwt', 'first-party-jwt'],
        description: 'Which token the proxies authenticate with (value global.jwtPolicy).',
      },
    } satisfies Record<keyof InstallationSettings, object>,
  },
  allowMultipleServices: {
    type: 'string',
    enum: ['never', 'same-protocol', 'always'] satisfies MeshConfigKeys['allowMultipleServices'][],
    description:
      'Whether several Services may select one pod: never, when they agree on the protocol of a port, or always. When absent, the profile decides.',
  },
  uniqueApp: {
    type: 'string',
    enum: ['strict', 'name-and-revision', 'off'] satisfies MeshConfigKeys['uniqueApp'][],
    description:
      'Whether the app label must tell workloads apart: always, except for revisions of one application, or not at all. When absent, the profile decides.',
  },
  externals,
} satisfies Record<keyof MeshConfigKeys, object>;

const projectProperties = {
  folder: {
    type: 'string',
    minLength: 1,
    examples: ['clusters/*'],
    description: 'Folder, or glob of folders, relative to the config file, with /. Each folder that matches is a mesh.',
  },
  ...meshProperties,
} satisfies Record<keyof ProjectConfig, object>;

/**
 * JSON Schema (draft-07, which editors know best) of the config file, for the given rules. `readConfig` checks with
 * the same, so an editor and a run do not differ about it; what it cannot say (globs, names of rules, folders)
 * `readConfig` adds.
 */
export function configSchema(rules: readonly RuleHead[]): JsonSchema {
  const properties = {
    $schema: { type: 'string', description: 'Where this schema is, for editors.' },
    extends: {
      type: 'array',
      items: {
        type: 'string',
        minLength: 1,
        pattern: '^[^\\u0000]*$',
        errorMessage: 'a preset, the name of a package, or a path that begins with ./ or ../',
      },
      default: [],
      examples: [['strict', '../meshvet.team.yaml', 'meshvet-config-team']],
      description:
        'What this config is laid over, the later over the earlier: presets, files (paths relative to this one that begin with "./" or "../"), and packages that bring a config.',
    },
    preset: {
      type: 'string',
      enum: PRESETS,
      default: CONFIG_DEFAULTS.preset,
      description:
        'Which rules speak. recommended: all but advice. strict: advice too, and raised. all: also what the profile switches off.',
    },
    ...meshProperties,
    rules: rulesSchema(rules),
    overrides: {
      type: 'array',
      items: {
        type: 'object',
        required: ['rules'],
        additionalProperties: false,
        properties: overrideProperties(rules),
      },
      default: [],
      examples: [[{ files: ['vendor/**'], kinds: ['Service'], rules: { 'port-name-missing': 'info' } }]],
      description:
        'Severities for findings of some files and resources only. Of the entries whose conditions all hold the last that says something counts, and it counts more than rules.',
    },
    projects: {
      type: 'array',
      // No `oneOf`: a mistake in a project would be told once for each branch.
      items: {
        if: { type: 'object' },
        // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
        then: {
          type: 'object',
          required: ['folder'],
          additionalProperties: false,
          properties: projectProperties,
        },
        else: { type: 'string', minLength: 1, errorMessage: 'a folder, or a mapping with a folder and its settings' },
      },
      default: [],
      examples: [['clusters/*', { folder: 'legacy', profile: 'istio-1.0' }]],
      description:
        'Folders whose manifests are a mesh of their own: nothing outside is looked up or conflicts with them. Of nested ones the deepest counts.',
    },
    plugins: {
      type: 'array',
      items: {
        type: 'string',
        minLength: 1,
        pattern: '^[^\\u0000]*$',
        errorMessage: 'the name of a package, or a path that begins with ./',
      },
      default: [],
      examples: [['meshvet-plugin-team', './rules/team.js']],
      description:
        'Modules that bring rules of your own: names of packages, or paths relative to the config file that begin with "./" or "../". They are code that runs; --no-plugins refuses them.',
    },
    ignore: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      examples: [['vendor', '**/testdata']],
      description: 'Files and folders that are not read, as globs relative to the config file.',
    },
    crds: {
      type: 'array',
      items: { type: 'string', minLength: 1, pattern: '^[^\\u0000]*$', errorMessage: 'a file, or a glob of files' },
      default: [],
      examples: [['crds/*.yaml', '../platform/crds.yaml']],
      description:
        'Files, or globs of files, with the CustomResourceDefinitions of the cluster, relative to the config file. They are the schema of their kinds, also where the manifests or meshvet have another.',
    },
    requireReasons: {
      type: 'boolean',
      default: CONFIG_DEFAULTS.requireReasons,
      description: 'Whether a suppression that gives no reason silences nothing.',
    },
    baseline: {
      type: 'string',
      minLength: 1,
      examples: ['meshvet.baseline.json'],
      description:
        'File of the findings that are known and let through, relative to the config file; "meshvet baseline create" makes it. When absent, every finding counts.',
    },
    failOn: {
      type: 'string',
      enum: [...SEVERITIES, 'never'],
      default: CONFIG_DEFAULTS.failOn,
      description: 'The mildest severity that makes a run fail.',
    },
    maxWarnings: {
      type: 'integer',
      minimum: 0,
      description: 'How many warnings a run may have before it fails. When absent, any number.',
    },
  } satisfies Record<keyof Config, object>;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Config file of meshvet',
    description: 'meshvet.config.yaml or meshvet.config.json. Every key may be absent.',
    type: 'object',
    additionalProperties: false,
    properties,
    definitions: {
      severity: {
        type: 'string',
        enum: RULE_SEVERITIES,
        description: 'How bad its findings are; off: it does not run.',
      },
      localSeverity: {
        type: 'string',
        enum: RULE_SEVERITIES,
        errorMessage:
          '"error", "warning", "info" or "off" here, and nothing else: options hold everywhere and stand in "rules" of the config',
        description: 'How bad its findings are there; off: they are left out.',
      },
      setting: settingSchema(undefined),
    },
  };
}

/** The schema as the text of a file: always the same for the same rules. */
export function configSchemaText(rules: readonly RuleHead[]): string {
  return `${JSON.stringify(configSchema(rules), null, 2)}\n`;
}

function rulesSchema(rules: readonly RuleHead[]): JsonSchema {
  const properties: [string, object][] = [];
  const sorted = [...rules].sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));
  for (const rule of sorted) {
    properties.push([rule.meta.id, ruleSchema(rule, rule.meta.summary)]);
    for (const id of rule.meta.formerly ?? []) {
      properties.push([id, ruleSchema(rule, `Former name of ${rule.meta.id}. ${rule.meta.summary}`)]);
    }
  }
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    patternProperties: {
      [CODE_PATTERN]: {
        allOf: [{ $ref: '#/definitions/setting' }],
        description: 'Code of another tool: holds for the findings that carry it. A rule named by its id goes before.',
      },
    },
    additionalProperties: false,
    examples: [{ 'port-name-missing': 'warning', IST0118: 'off' }],
    description:
      'Severity of single rules, and options of those that have some. A key is the id of a rule or the code of another tool; of two that say something of one finding an id goes before a code, and the later before the earlier.',
  };
}

function overrideProperties(rules: readonly RuleHead[]): Record<keyof OverrideConfig, object> {
  const local = (description: string) => ({ allOf: [{ $ref: '#/definitions/localSeverity' }], description });
  const ids = rules.flatMap(({ meta }): [string, string][] => [
    [meta.id, meta.summary],
    ...(meta.formerly ?? []).map((id: string): [string, string] => [id, `Former name of ${meta.id}.`]),
  ]);
  return {
    files: globs('Files and folders, as globs relative to the config file.', ['vendor', 'legacy/**/*.yaml']),
    kinds: {
      ...globs('Kinds, written as in a manifest; with their group to tell those of one name apart.', [
        'Deployment',
        'networking.istio.io/Gateway',
      ]),
      items: {
        type: 'string',
        pattern: '^(?:[a-z0-9.-]+/)?[A-Z][A-Za-z0-9]*$',
        errorMessage: 'a kind such as "Deployment", or with its group "networking.istio.io/Gateway"',
      },
    },
    namespaces: globs('Namespaces of the resources, as globs; a Namespace is in itself.', ['team-*']),
    names: globs('Names of the resources, as globs.', ['legacy-*']),
    labels: {
      type: 'object',
      minProperties: 1,
      errorMessage: 'a mapping of at least one label to a glob of its value',
      additionalProperties: { type: 'string', errorMessage: 'a glob of the value, in quotes' },
      examples: [{ team: 'payments-*' }],
      description: 'Labels of the resources: keys, and globs of their values. All of them have to fit.',
    },
    rules: {
      type: 'object',
      properties: Object.fromEntries(
        ids.sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, description]) => [id, local(description)]),
      ),
      patternProperties: { [CODE_PATTERN]: local('Code of another tool: holds for the findings that carry it.') },
      additionalProperties: false,
      description: 'Severity of single rules in these places, by id or code of another tool.',
    },
  };
}

function globs(description: string, examples: readonly string[]) {
  return {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    errorMessage: 'a list of at least one of them; without the key the condition is left out',
    examples: [examples],
    description,
  };
}

function ruleSchema(rule: RuleHead, description: string): JsonSchema {
  const { options } = rule;
  const setting = options ? settingSchema(options) : { allOf: [{ $ref: '#/definitions/setting' }] };
  return { description, default: rule.meta.severity, ...setting };
}

function settingSchema(options: RuleHead['options']): JsonSchema {
  return {
    if: { type: 'object' },
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema.
    then: {
      type: 'object',
      additionalProperties: false,
      properties: {
        severity: { $ref: '#/definitions/severity' },
        ...(options && { options: { default: options.defaults, ...options.schema } }),
      },
    },
    else: { $ref: '#/definitions/severity' },
  };
}
