import { type Field, isUnset, lacksText, type Mesh, mappings, texts } from '@meshvet/core';
import { crdSays, listed, quote, type Refusal } from './refusals.ts';

const CERTIFICATES = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'tlsCertificates',
  'credentialName',
  'credentialNames',
];
const TERMINATING = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'];

/** What is wrong with the tls block of a server. Source: `validateTLSOptions`. */
export function* serverTlsFaults(tls: Field, mesh: Mesh): Generator<Refusal> {
  if (!tls.isMapping) return;
  const mode = tls.at('mode').hasValue ? tls.at('mode').string() : 'PASSTHROUGH';
  const has = (key: string) => !isUnset(tls.at(key));
  const place = tls.at('mode').exists ? tls.at('mode') : tls;
  yield* cipherFaults(tls);
  const written = CERTIFICATES.filter(has);
  if (mode === 'ISTIO_MUTUAL') {
    for (const key of written)
      yield {
        at: tls.at(key),
        what: `${key} stands with mode ISTIO_MUTUAL, which takes the certificates of the mesh`,
        onKey: true,
      };
    return;
  }
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') {
    const idle = [...CERTIFICATES, 'caCrl'].find(has);
    if (idle !== undefined)
      yield {
        at: tls.at(idle),
        what: `${idle} does nothing with mode ${mode}, where the proxy opens no TLS`,
        onKey: true,
        mild: true,
      };
    return;
  }
  yield* sourceFaults(tls, mesh);
  if (mode === undefined || !TERMINATING.includes(mode)) return;
  if (has('caCrl') && (mode === 'SIMPLE' || has('credentialName')))
    yield {
      at: tls.at('caCrl'),
      what:
        mode === 'SIMPLE'
          ? 'caCrl stands with mode SIMPLE, where no client shows a certificate'
          : 'caCrl stands beside credentialName, whose Secret holds it',
      onKey: true,
    };
  if (has('credentialName') || has('credentialNames')) return;
  if (mode !== 'SIMPLE' && lacksText(tls, 'caCertificates', 'credentialName'))
    yield { at: place, what: `mode ${mode} wants caCertificates or a credentialName, to judge the clients by` };
  yield* pairFaults(tls, mode, place);
}

function* pairFaults(tls: Field, mode: string, place: Field): Generator<Refusal> {
  const several = mappings(tls.at('tlsCertificates'));
  if (tls.at('tlsCertificates').hasValue && !tls.at('tlsCertificates').isList) return;
  for (const pair of several.length > 0 ? several : [tls]) {
    const missing = ['serverCertificate', 'privateKey'].filter((key) =>
      lacksText(pair, key, 'credentialName', 'credentialNames'),
    );
    if (missing.length > 0)
      yield {
        at: pair === tls ? place : pair,
        what: `mode ${mode} wants a credentialName, or ${pair === tls ? '' : 'in each pair '}serverCertificate and privateKey; ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`,
        onKey: pair !== tls,
      };
  }
  if (several.length > 2)
    yield {
      at: tls.at('tlsCertificates'),
      what: 'of more than two tlsCertificates the proxy takes two, one of each kind',
      onKey: true,
      mild: true,
    };
}

function* sourceFaults(tls: Field, mesh: Mesh): Generator<Refusal> {
  const has = (key: string) => !isUnset(tls.at(key));
  const sources = ['credentialName', 'credentialNames', 'tlsCertificates'].filter(has);
  if (has('serverCertificate') && has('privateKey')) sources.unshift('serverCertificate');
  if (sources.length < 2) return;
  // Since 1.26 the schema refuses credentialNames beside one of the others.
  if (
    crdSays(mesh, '1.26') &&
    sources.includes('credentialNames') &&
    (sources.includes('credentialName') || sources.includes('tlsCertificates'))
  )
    return;
  yield {
    at: tls.at(sources[1] as string),
    what: `${listed(sources)} stand side by side, and the certificate comes from one of them`,
    onKey: true,
  };
}

// OpenSSL names that Envoy knows. Source: `pkg/config/security/security.go`.
const SUITES: ReadonlySet<string> = new Set(
  'ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-RSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA AES128-GCM-SHA256 AES256-GCM-SHA384 AES128-SHA AES256-SHA DES-CBC3-SHA ALL'.split(
    ' ',
  ),
);

function* cipherFaults(tls: Field): Generator<Refusal> {
  const least = tls.at('minProtocolVersion');
  const suites = tls.at('cipherSuites');
  if ((least.value === 'TLSV1_0' || least.value === 'TLSV1_1') && isUnset(suites))
    yield {
      at: least,
      what: `minProtocolVersion ${least.value} wants cipherSuites, since the usual ones work with TLS 1.2 and later only`,
      mild: true,
    };
  const seen = new Set<string>();
  for (const { item, text } of texts(suites)) {
    if (!SUITES.has(text) && /^[A-Za-z0-9]/.test(text))
      yield { at: item, what: `cipher suite ${quote(text)} is none that Envoy knows, and is left out`, mild: true };
    else if (seen.has(text)) yield { at: item, what: `cipher suite ${quote(text)} stands twice`, mild: true };
    seen.add(text);
  }
}

/** What is wrong with the tls block of a traffic policy. Source: `validateTLS`. */
export function* clientTlsFaults(tls: Field, namespace: string | undefined): Generator<Refusal> {
  if (!tls.isMapping) return;
  const mode = tls.at('mode').hasValue ? tls.at('mode').string() : 'DISABLE';
  const has = (key: string) => !isUnset(tls.at(key));
  const credential = tls.at('credentialName');
  const name = credential.string();
  if (namespace !== undefined && name?.startsWith('configmap://') && !isConfigMapOf(name, namespace))
    yield {
      at: credential,
      what: `credentialName ${quote(name)} is not configmap://${namespace}/NAME, and only ConfigMaps of the own namespace are read`,
    };
  if (tls.at('insecureSkipVerify').value === true && (mode === 'SIMPLE' || mode === 'MUTUAL')) {
    const idle = ['caCertificates', ...(mode === 'SIMPLE' ? ['credentialName'] : []), 'subjectAltNames'].filter(has);
    if (idle.length > 0)
      yield {
        at: tls.at(idle[0] as string),
        what: `${listed(idle)} stands beside insecureSkipVerify, which verifies nothing`,
        onKey: true,
      };
  }
  if ((mode === 'SIMPLE' || mode === 'MUTUAL') && has('credentialName')) {
    const beside = ['clientCertificate', 'privateKey', 'caCertificates', 'caCrl'].filter(has);
    if (beside.length > 0)
      yield {
        at: tls.at(beside[0] as string),
        what: `${listed(beside)} stands beside credentialName, whose Secret holds it`,
        onKey: true,
      };
  } else if (mode === 'MUTUAL') {
    const missing = ['clientCertificate', 'privateKey'].filter((key) => lacksText(tls, key, 'credentialName'));
    if (missing.length > 0)
      yield {
        at: tls.at('mode'),
        what: `mode MUTUAL wants a credentialName, or clientCertificate and privateKey; ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`,
      };
  }
}

function isConfigMapOf(name: string, namespace: string): boolean {
  const rest = name.slice('configmap://'.length);
  return (
    rest.startsWith(`${namespace}/`) &&
    rest.length > namespace.length + 1 &&
    !rest.slice(namespace.length + 1).includes('/')
  );
}
