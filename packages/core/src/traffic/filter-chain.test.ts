import { describe, expect, test } from 'vitest';
import { filterChainFor, type Wire } from './filter-chain.ts';

const WIRES: readonly Wire[] = ['istio-http', 'istio-tcp', 'tls', 'http', 'bytes'];

function row(mode: 'STRICT' | 'PERMISSIVE' | 'DISABLE', protocol: 'http' | 'tcp' | 'auto'): string {
  return WIRES.map((wire) => {
    const chain = filterChainFor(mode, protocol, wire);
    return chain.taken ? `${chain.layer}/${chain.tls}` : chain.why;
  }).join(' ');
}

// What arrives: mutual TLS of the mesh with HTTP in it, with other bytes in it, other TLS, plain HTTP, other plain bytes.
describe('the inbound filter chain', () => {
  test.each([
    ['STRICT', 'http', 'http/ended http/ended own-tls no-mtls no-mtls'],
    ['STRICT', 'tcp', 'tcp/ended tcp/ended own-tls no-mtls no-mtls'],
    ['STRICT', 'auto', 'http/ended tcp/ended own-tls no-mtls no-mtls'],
    ['PERMISSIVE', 'http', 'http/ended http/ended tls-to-http http/none http/none'],
    ['PERMISSIVE', 'tcp', 'tcp/ended tcp/ended tcp/passed tcp/none tcp/none'],
    ['PERMISSIVE', 'auto', 'http/ended tcp/ended tcp/passed http/none tcp/none'],
    ['DISABLE', 'http', 'tls-to-http tls-to-http tls-to-http http/none http/none'],
    ['DISABLE', 'tcp', 'tcp/passed tcp/passed tcp/passed tcp/none tcp/none'],
    ['DISABLE', 'auto', 'tcp/passed tcp/passed tcp/passed http/none tcp/none'],
  ] as const)('%s, %s', (mode, protocol, expected) => {
    expect(row(mode, protocol)).toBe(expected);
  });
});
