import type { Resource } from '../manifest/resource.ts';

/** The parts of a URL that a webhook may be called at. */
export interface WebhookUrl {
  readonly scheme: string;
  /** Without port and brackets; empty where there is none. */
  readonly host: string;
  readonly hasUser: boolean;
  readonly hasQuery: boolean;
  readonly hasFragment: boolean;
}

/** Reads a URL as istioctl and the API server do, by the rules of Go's `net/url`; undefined for what these refuse. */
export function parseWebhookUrl(url: string): WebhookUrl | undefined {
  if ([...url].some(isControl)) return undefined;
  const [beforeFragment, fragment] = cut(url, '#');
  const [full, query] = cut(beforeFragment, '?');
  if (full.startsWith(':') || !hasGoodEscapes(full) || !hasGoodEscapes(fragment ?? '')) return undefined;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(full)?.[0] ?? '';
  const rest = scheme === '' ? full : full.slice(scheme.length + 1);
  const rests = { scheme: scheme.toLowerCase(), hasQuery: query !== undefined, hasFragment: fragment !== undefined };
  if (!rest.startsWith('//')) {
    const colon = rest.indexOf(':');
    const slash = rest.indexOf('/');
    // "istiod.example.com:15017" is a scheme to nobody, and no path either.
    if (scheme === '' && colon >= 0 && (slash < 0 || colon < slash)) return undefined;
    return { ...rests, host: '', hasUser: false };
  }
  const [authority] = cut(rest.slice(2), '/');
  const at = authority.lastIndexOf('@');
  const host = hostOf(authority.slice(at + 1));
  return host === undefined ? undefined : { ...rests, host, hasUser: at >= 0 };
}

/** Whether a host is an IP address, of either kind. */
export function isAddress(host: string): boolean {
  if (host.includes(':')) return host.length <= 45 && /^[0-9a-fA-F:.]+$/.test(host);
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Whether istioctl takes a configuration for one of a control plane that may be outside the cluster. */
export function maybeExternal({ kind, name }: Resource): boolean {
  if (kind === 'MutatingWebhookConfiguration') return name.startsWith('istio-sidecar-injector');
  return name === 'istiod-default-validator' || name.startsWith('istio-validator');
}

function hostOf(text: string): string | undefined {
  if (/[\s\\^{}|`%]/.test(text)) return undefined;
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    return end > 0 && /^(?::\d*)?$/.test(text.slice(end + 1)) ? text.slice(1, end) : undefined;
  }
  const colon = text.lastIndexOf(':');
  if (colon < 0) return text;
  const host = text.slice(0, colon);
  return /^\d*$/.test(text.slice(colon + 1)) && !host.includes(':') ? host : undefined;
}

function hasGoodEscapes(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}

function cut(text: string, mark: string): readonly [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}
