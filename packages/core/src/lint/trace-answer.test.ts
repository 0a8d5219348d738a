import { describe, expect, it } from 'vitest';
import type { Location } from './result.ts';
import { verdictOf } from './trace-answer.ts';
import type { DestinationReport, EndpointReport, StepReport, TraceReport } from './trace-result.ts';

type Facts = Parameters<typeof verdictOf>[0];

const location: Location = { file: 'a.yaml', start: { line: 1, column: 1 }, end: { line: 1, column: 2 }, pointer: '' };
const from = { resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, location };
const request: TraceReport['request'] = {
  text: 'GET http://cart:80/',
  from,
  gateway: false,
  host: 'cart',
  port: 80,
  protocol: 'http',
  path: '/',
  method: 'GET',
  headers: {},
  tls: false,
  sni: 'cart',
};
const step = (kind: StepReport['kind'], text: string): StepReport => ({ kind, text });

function facts(more: Partial<Facts>): Facts {
  return { id: '1', request, outcome: 'forwarded', handledAs: 'http', steps: [], needs: [], ...more };
}

const endpoint = (workload: string, more: Partial<EndpointReport> = {}): EndpointReport => ({
  workload,
  port: 8080,
  tls: 'istio',
  arrives: true,
  allowed: true,
  steps: [],
  needs: [],
  ...more,
});
const to = (endpoints: readonly EndpointReport[], more: Partial<DestinationReport> = {}): DestinationReport => ({
  host: 'cart.shop.svc.cluster.local',
  port: 80,
  subset: null,
  weight: 100,
  endpoints,
  ...more,
});
const told = (more: Partial<Facts>) => verdictOf(facts(more)).answer;

describe('the answer to a trace', () => {
  it('says who gets it, and how', () => {
    expect(told({ destinations: [to([endpoint('shop/cart')])] })).toBe('allowed: shop/cart:8080 over mTLS');
    expect(told({ destinations: [to([endpoint('shop/cart', { tls: 'none' })])] })).toBe(
      'allowed: shop/cart:8080 in plain text',
    );
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => endpoint(`shop/${name}`));
    expect(told({ destinations: [to(many.slice(0, 3))] })).toBe(
      'allowed: shop/a:8080, shop/b:8080 and shop/c:8080 over mTLS',
    );
    expect(told({ destinations: [to(many)] })).toBe(
      'allowed: shop/a:8080, shop/b:8080, shop/c:8080 and 2 more over mTLS',
    );
  });

  it('says which share goes where', () => {
    const [v1, v2] = [
      to([endpoint('shop/v1')], { weight: 90, subset: 'v1' }),
      to([endpoint('shop/v2')], { weight: 10, subset: 'v2' }),
    ];
    expect(told({ destinations: [v1, v2] })).toBe('allowed: 90 % to shop/v1:8080, 10 % to shop/v2:8080 over mTLS');
    const plain = to([endpoint('shop/v2', { tls: 'none' })], { weight: 10 });
    expect(told({ destinations: [v1, plain] })).toBe(
      'allowed: 90 % to shop/v1:8080 over mTLS, 10 % to shop/v2:8080 in plain text',
    );
  });

  it('says what refuses it', () => {
    const refused = endpoint('shop/cart', {
      allowed: false,
      steps: [
        step('arrival', 'the proxy takes mutual TLS'),
        step('authorization', 'AuthorizationPolicy shop/deny denies it'),
      ],
    });
    const answer = verdictOf(facts({ destinations: [to([refused])] }));
    expect(answer.answer).toBe('refused: shop/cart:8080 over mTLS: AuthorizationPolicy shop/deny denies it');
    expect(answer.reason?.kind).toBe('authorization');
    const bare = endpoint('shop/cart', { allowed: false });
    expect(told({ handledAs: 'tcp', destinations: [to([bare])] })).toBe(
      'refused: shop/cart:8080 over mTLS: the connection is closed',
    );
    const why = { resource: from.resource, location, why: 'it asks for principals' };
    const alone = { ...step('authorization', 'AuthorizationPolicy shop/a does not match'), passedOver: [why] };
    expect(told({ destinations: [to([endpoint('shop/cart', { allowed: false, steps: [alone] })])] })).toBe(
      'refused: shop/cart:8080 over mTLS: AuthorizationPolicy shop/a does not match (it asks for principals)',
    );
    expect(
      told({
        request: { ...request, gateway: true },
        gatewayAllowed: false,
        steps: [step('authorization', 'AuthorizationPolicy istio-system/in lets nobody in'), step('route', 'x')],
      }),
    ).toBe('refused: by the gateway itself: AuthorizationPolicy istio-system/in lets nobody in');
    expect(
      told({ gatewayAllowed: false, steps: [step('authorization', 'AuthorizationPolicy shop/in lets nobody in')] }),
    ).toBe('refused: by the waypoint itself: AuthorizationPolicy shop/in lets nobody in');
  });

  it('says what is closed to it', () => {
    const closed = endpoint('shop/cart', {
      tls: 'none',
      arrives: false,
      steps: [step('arrival', 'STRICT asks for mutual TLS')],
    });
    delete (closed as { allowed?: unknown }).allowed;
    expect(verdictOf(facts({ destinations: [to([closed])] }))).toMatchObject({
      verdict: 'undelivered',
      answer: 'not delivered: shop/cart:8080 in plain text: STRICT asks for mutual TLS',
    });
  });

  it('keeps apart what fares differently', () => {
    const answer = verdictOf(
      facts({
        destinations: [
          to([endpoint('shop/v1'), endpoint('shop/old', { tls: 'none' })], { weight: 90 }),
          { host: 'cart', port: 80, subset: 'v2', weight: 10, missing: true },
        ],
        steps: [
          step('destination', 'a copy to x'),
          step('destination', '90 % to cart'),
          step('destination', 'nobody defines v2: 503'),
        ],
        mirrors: [{ host: 'x', port: 80, subset: null, percent: 100 }],
      }),
    );
    expect(answer).toEqual({
      verdict: 'partial',
      answer:
        'in part: 90 % to shop/v1:8080 over mTLS, let in, or shop/old:8080 in plain text, let in; 10 % to subset v2 of cart:80: nobody defines v2: 503',
      reason: step('destination', 'nobody defines v2: 503'),
    });
  });

  it('knows what it does not know', () => {
    expect(told({ destinations: [to([], { endpointsUnknown: true })] })).toBe(
      'not known: the pods of cart.shop:80 were not read',
    );
    expect(told({ destinations: [to([])] })).toBe('not delivered: no pod stands behind cart.shop:80');
    expect(verdictOf(facts({ destinations: [to([endpoint('a', { arrives: 'unknown' })])] })).verdict).toBe('unknown');
    expect(verdictOf(facts({ destinations: [to([endpoint('a', { allowed: 'unknown' })])] })).verdict).toBe('unknown');
    expect(
      verdictOf(facts({ destinations: [to([endpoint('a', { allowed: 'unknown' }), endpoint('b')])] })).verdict,
    ).toBe('partial');
    expect(verdictOf(facts({ gatewayAllowed: 'unknown', destinations: [to([endpoint('a')])] })).verdict).toBe(
      'unknown',
    );
    expect(told({ outcome: 'unknown', steps: [step('name', 'cart may be a Service')] })).toBe(
      'not known: cart may be a Service',
    );
  });

  it('says when something that was not read may say something else', () => {
    const destinations = [to([endpoint('shop/cart')])];
    expect(told({ destinations, needs: ['the manifest of Namespace shop'] })).toBe(
      'allowed, as far as the files tell: shop/cart:8080 over mTLS',
    );
    expect(told({ destinations: [to([endpoint('shop/cart', { needs: ['a policy'] })])] })).toMatch(/^allowed, as far/);
    expect(told({ outcome: 'unknown', needs: ['the Service'] })).toBe('not known: the Service');
  });

  it('tells the TLS of the caller from that of the proxy', () => {
    const asked = { ...request, tls: true };
    const over = (tls: EndpointReport['tls'], more: Partial<Facts> = {}) =>
      told({ request: asked, handledAs: 'tcp', destinations: [to([endpoint('db', { tls })])], ...more });
    expect(over('none')).toBe('allowed: db:8080 over the TLS of the caller');
    expect(over('istio')).toBe('allowed: db:8080 over mTLS');
    expect(over('simple')).toBe('allowed: db:8080 over TLS, and inside it the TLS of the caller once more');
    const terminated = { request: { ...asked, gateway: true }, handledAs: 'http' } as const;
    expect(over('none', terminated)).toBe('allowed: db:8080 in plain text');
    expect(over('simple', terminated)).toBe('allowed: db:8080 over TLS');
  });

  it('tells a fault that is injected', () => {
    const destinations = [to([endpoint('shop/cart')])];
    expect(told({ destinations, fault: { abort: { status: 503, percent: 25 } } })).toBe(
      'allowed: shop/cart:8080 over mTLS; 25 % get 503, a fault that the route injects',
    );
    expect(told({ destinations, fault: { abort: { status: 500, percent: 100 } } })).toBe(
      'answered by the proxy: 500, a fault that the route injects',
    );
  });

  it.each<[Partial<Facts>, string]>([
    [
      { outcome: 'passthrough', steps: [step('destination', 'ALLOW_ANY')] },
      'past the mesh: it goes to cart:80 as it is, ALLOW_ANY',
    ],
    [{ outcome: 'blocked', steps: [step('destination', 'REGISTRY_ONLY')] }, 'not delivered: REGISTRY_ONLY'],
    [
      { outcome: 'direct-response', status: 502, steps: [step('destination', 'REGISTRY_ONLY')] },
      'not delivered: 502, REGISTRY_ONLY',
    ],
    [
      {
        outcome: 'direct-response',
        status: 418,
        route: { location, resource: { apiVersion: 'v1', kind: 'VirtualService', namespace: 'shop', name: 'tea' } },
      },
      'answered by the proxy: 418, as VirtualService shop/tea says',
    ],
    [{ outcome: 'redirect' }, 'answered by the proxy: a redirect'],
    [
      { outcome: 'https-redirect', steps: [step('gateway', 'httpsRedirect is on')] },
      'answered by the proxy: 301 to https, httpsRedirect is on',
    ],
    [{ outcome: 'no-route', steps: [step('route', 'no rule takes it: 404')] }, 'not delivered: no rule takes it: 404'],
    [{ outcome: 'no-listener' }, 'not delivered: nothing listens there'],
    [{ outcome: 'protocol-error', steps: [step('listener', 'HTTP is expected')] }, 'not delivered: HTTP is expected'],
    [{ destinations: [] }, 'not delivered: the route sends it nowhere'],
  ])('words of %j', (more, words) => {
    expect(told(more)).toBe(words);
  });
});
