import type { Labels } from '../manifest/labels.ts';
import { podTemplateOf } from '../manifest/pod-template.ts';
import { fileOf, nameOf, type Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';

/** What a mesh is known to be used by: the first sign of it in the order of the input. Plain JSON. */
export interface MeshSign {
  /** One clause: "VirtualService shop/cart", "the config says istioVersion". */
  readonly because: string;
  /** The file that says so, where one does. */
  readonly file?: string;
}

/** Which meshes are in use in what was read, each with a sign of it. Without any, no pod that was read has a proxy. */
export interface MeshUse {
  readonly istio?: MeshSign;
  /** Istio's ambient mode. */
  readonly ambient?: MeshSign;
  readonly linkerd?: MeshSign;
  /** The Gateway API, which is a way in for any cluster and no mesh of pods. */
  readonly gatewayApi?: MeshSign;
}

/** What a rule or a statement is about. `kubernetes` holds whatever mesh there is, or none. */
export type MeshSubject = 'istio' | 'linkerd' | 'gateway-api' | 'any mesh' | 'kubernetes';

/** A text that holds no manifests that could be read: a template, a broken document, a values file. */
export interface UnreadText {
  readonly path: string;
  readonly text: string;
}

type Uses = { -readonly [K in keyof MeshUse]: MeshSign };

/** Whether pods may have a proxy or a ztunnel at all. */
export function usesMesh({ istio, ambient, linkerd }: MeshUse): boolean {
  return istio !== undefined || ambient !== undefined || linkerd !== undefined;
}

/** Whether something about a mesh has a meaning in this use. */
export function isUsed(use: MeshUse, about: MeshSubject): boolean {
  switch (about) {
    case 'kubernetes':
      return true;
    case 'istio':
      return use.istio !== undefined;
    case 'linkerd':
      return use.linkerd !== undefined;
    case 'gateway-api':
      return use.gatewayApi !== undefined;
    case 'any mesh':
      return usesMesh(use);
  }
}

/**
 * Which meshes are in use, by what somebody wrote for them. A definition of their kinds (a CustomResourceDefinition), rights that name them
 * (RBAC) and a pod that only keeps out are none: charts of everything under the sun carry these, for whoever runs a mesh.
 * What could not be read counts by its text, since silence would hide every fault of whoever keeps the mesh in a chart.
 */
export function meshUseOf(resources: readonly Resource[], unread: readonly UnreadText[], told: MeshUse = {}): MeshUse {
  const use: Uses = { ...told };
  for (const resource of resources) {
    readSigns(resource, use);
    if (use.istio && use.ambient && use.linkerd && use.gatewayApi) break;
  }
  if (!told.istio && use.istio && isServedByOthers(resources)) delete use.istio;
  for (const { path, text } of unread) {
    if (!use.istio && ISTIO_TEXT.test(text))
      use.istio = { because: `the text of ${path}, which was not read as manifests`, file: path };
    if (!use.linkerd && LINKERD_TEXT.test(text))
      use.linkerd = { because: `the text of ${path}, which was not read as manifests`, file: path };
  }
  return use;
}

/**
 * Whether another program takes the kinds of Istio, and of Istio itself there is no sign: EdgeMesh of KubeEdge reads DestinationRules, Gateways and
 * VirtualServices, and neither refuses nor routes as istiod does. Source: edgemesh.netlify.app, traffic governance.
 */
function isServedByOthers(resources: readonly Resource[]): boolean {
  const isEdgeMesh = resources.some(
    ({ labels, type }) => type === 'apps/DaemonSet' && labels.get('kubeedge') === 'edgemesh-agent',
  );
  if (!isEdgeMesh) return false;
  const own: Uses = {};
  for (const resource of resources) if (!ISTIO_GROUP.test(resource.group)) readSigns(resource, own);
  return own.istio === undefined;
}

function readSigns(resource: Resource, use: Uses): void {
  const { group, kind, labels, annotations } = resource;
  if (NO_USE.has(group)) return;
  const sign = (clause: string): MeshSign => ({ because: clause, file: fileOf(resource) });
  const whole = nameOf(resource);
  if (GATEWAY_API_GROUP.test(group)) use.gatewayApi ??= sign(whole);
  if (ISTIO_GROUP.test(group) || (kind === 'Istio' && group !== '')) use.istio ??= sign(whole);
  else if (LINKERD_GROUP.test(group)) use.linkerd ??= sign(whole);
  const template = podTemplateOf(resource.body, resource.type);
  const metadata = template?.at('metadata');
  readKeys(labels, use, (key) => sign(`label ${key} of ${whole}`));
  readKeys(annotations, use, (key) => sign(`annotation ${key} of ${whole}`));
  if (template && metadata && template !== resource.body) {
    readEntries(metadata.at('labels'), use, (key) => sign(`label ${key} of the pods of ${whole}`));
    readEntries(metadata.at('annotations'), use, (key) => sign(`annotation ${key} of the pods of ${whole}`));
  }
  if (template) {
    const spec = template.at('spec');
    for (const list of ['containers', 'initContainers'])
      for (const container of spec.at(list).items() as Field[]) {
        const name = container.at('name').text() ?? '';
        const image = container.at('image').text() ?? '';
        const where = () => sign(`container ${name} of ${whole}`);
        if (/^istio-(?:proxy|init|validation)$/.test(name) || ISTIO_IMAGE.test(image)) use.istio ??= where();
        if (/^linkerd-(?:proxy|init)$/.test(name) || LINKERD_IMAGE.test(image)) use.linkerd ??= where();
      }
  }
  readKind(resource, use, sign(whole));
}

/** Signs that stand in the bodies of a few kinds. */
function readKind(resource: Resource, use: Uses, sign: MeshSign): void {
  const { type, name, body } = resource;
  const spec = body.at('spec');
  switch (type) {
    case 'Namespace':
      if (name === 'istio-system') use.istio ??= sign;
      if (name === 'linkerd') use.linkerd ??= sign;
      return;
    case 'ConfigMap':
      if (
        /^istio(?:-sidecar-injector)?(?:-|$)/.test(name) &&
        (body.at('data').at('mesh').exists || body.at('data').at('config').exists)
      )
        use.istio ??= sign;
      if (/^linkerd-config$/.test(name)) use.linkerd ??= sign;
      return;
    case 'Service':
      readEntries(spec.at('selector'), use, () => sign);
      return;
    case 'networking.k8s.io/Ingress':
    case 'extensions/Ingress': {
      const className = spec.at('ingressClassName').text() ?? resource.annotations.get('kubernetes.io/ingress.class');
      if (className !== undefined && /^istio\b/.test(className)) use.istio ??= sign;
      return;
    }
    case 'gateway.networking.k8s.io/Gateway':
    case 'gateway.networking.k8s.io/GatewayClass': {
      const told = spec.at('gatewayClassName').text() ?? spec.at('controllerName').text() ?? '';
      if (/^istio\b/.test(told) || told.startsWith('istio.io/')) use.istio ??= sign;
      if (told === 'istio-waypoint') use.ambient ??= sign;
      return;
    }
    case 'networking.k8s.io/NetworkPolicy':
      if (/"(?:istio-system|istio-injection|istio\.io\/[^"]*)"/.test(JSON.stringify(spec.value ?? null)))
        use.istio ??= sign;
      return;
  }
  if (DEPLOYER_GROUP.test(resource.group) || /Webhook(?:Configuration)$/.test(resource.kind)) {
    const text = safeText(spec.value ?? body.at('webhooks').value);
    if (/\bistiod?\b|istio-release/i.test(text)) use.istio ??= sign;
    if (/linkerd/i.test(text)) use.linkerd ??= sign;
  }
}

function readKeys(labels: Labels, use: Uses, sign: (key: string) => MeshSign): void {
  readEntries(labels.field, use, sign);
}

function readEntries(field: Field, use: Uses, sign: (key: string) => MeshSign): void {
  const { value } = field;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const key in value) {
    if (!key.includes('istio') && !key.includes('linkerd') && !key.includes('maistra.io/')) continue;
    // A hostile value is a mapping, which is no text and cannot be made one.
    const written = (value as Record<string, unknown>)[key];
    const text = typeof written === 'object' ? '' : String(written);
    if (key.includes('linkerd')) {
      if (!(key === 'linkerd.io/inject' && text === 'disabled')) use.linkerd ??= sign(key);
      continue;
    }
    if (key === 'sidecar.istio.io/inject' && OPT_OUT.test(text)) continue;
    if (key === 'istio.io/dataplane-mode' && text === 'none') continue;
    use.istio ??= sign(key);
    if (AMBIENT_KEY.test(key)) use.ambient ??= sign(key);
  }
}

// Values of a chart that switch the part for a mesh off are no use of it.
function safeText(value: unknown): string {
  return (JSON.stringify(value ?? null) ?? '').replace(SWITCHED_OFF, '');
}

const SWITCHED_OFF =
  /"(?:istio|linkerd)\w*":(?:false|\{"enabled":false[^{}]*\})|"sidecar\.istio\.io\/inject":(?:false|"false")|"linkerd\.io\/inject":"disabled"/gi;

const ISTIO_GROUP = /(?:^|\.)istio\.io$|^maistra\.io$|\.maistra\.io$|^sailoperator\.io$|^mesh\.cloud\.google\.com$/;
const GATEWAY_API_GROUP = /^gateway\.networking\.(?:x-)?k8s\.io$/;
const LINKERD_GROUP = /(?:^|\.)linkerd\.io$/;
/** Groups whose objects speak of kinds, and use none of them. */
const NO_USE: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'rbac.authorization.k8s.io']);
/** What brings charts and folders in: Flux, Argo, Helm's controllers, Kustomize. */
const DEPLOYER_GROUP = /(?:^|\.)(?:fluxcd\.io|argoproj\.io|cattle\.io|kustomize\.config\.k8s\.io|flagger\.app)$/;
const ISTIO_IMAGE =
  /(?:^|\/)(?:istio|istio-release|istio-testing|openshift-service-mesh)\/(?:proxyv2|pilot|proxy_init|ztunnel|install-cni|operator|galley|mixer|citadel)/;
const LINKERD_IMAGE = /^cr\.l5d\.io\/|(?:^|\/)linkerd\/(?:proxy|controller)|(?:^|\/)linkerd-io\//;
const AMBIENT_KEY = /^(?:istio\.io\/(?:dataplane-mode|use-waypoint(?:-namespace)?|waypoint-for)|ambient\.istio\.io\/)/;
const OPT_OUT = /^(?:false|no|off|n|disabled)$/i;
const ISTIO_TEXT =
  /^[ \t-]*apiVersion:[ \t]*["']?[a-z.]*\b(?:istio|maistra)\.io\/|^[ \t]*["']?istio-injection["']?:|^[ \t]*["']?(?:sidecar\.istio\.io\/inject["']?:[ \t]*["']?true|istio\.io\/(?:rev|dataplane-mode)["']?:)/m;
const LINKERD_TEXT =
  /^[ \t-]*apiVersion:[ \t]*["']?[a-z.]*\blinkerd\.io\/|^[ \t]*["']?linkerd\.io\/inject["']?:[ \t]*["']?(?!disabled)/m;
