import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Location } from '../lint/result.ts';
import type { ReachAnswer, ReachReport, StepReport, TraceReport } from '../lint/trace-result.ts';
import { displayWidth } from './display-width.ts';
import { reachText, tracesText, traceText } from './trace-text.ts';
import { visibleText } from './visible-text.ts';

const at = (file: string, line: number): Location => ({
  file,
  start: { line, column: 3 },
  end: { line, column: 9 },
  pointer: '/spec',
});
const place = (name: string, file = 'web.yaml', line = 4) => ({
  resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name },
  location: at(file, line),
});
const policy = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', namespace: 'bank', name: 'deny' };

const TRACE: TraceReport = {
  id: '1',
  request: {
    text: 'POST http://cart:80/api',
    from: place('web'),
    variants: [at('overlay/web.yaml', 4)],
    gateway: false,
    host: 'cart',
    port: 80,
    protocol: 'http2',
    path: '/api',
    method: 'POST',
    headers: { 'x-user': 'ann' },
    tls: false,
    sni: 'cart',
  },
  verdict: 'partial',
  certain: false,
  answer: 'in part: 90 % to shop/v1:8080 over mTLS, let in; 10 % to shop/v2:8080: refused',
  outcome: 'forwarded',
  handledAs: 'http',
  destinations: [
    {
      host: 'cart.shop.svc.cluster.local',
      port: 80,
      subset: 'v1',
      weight: 90,
      endpoints: ['v1', 'v1b'].map((name) => ({
        workload: `shop/${name}`,
        port: 8080,
        tls: 'istio',
        arrives: true,
        allowed: true,
        steps: [{ kind: 'arrival', text: `Deployment shop/${name} takes mutual TLS`, location: at('pa.yaml', 7) }],
        needs: [],
      })),
    },
  ],
  timeout: '3s',
  rewrite: '/v2',
  mirrors: [{ host: 'audit', port: 80, subset: null, percent: 50 }],
  fault: { delay: { fixed: '2s', percent: 10 } },
  steps: [
    { kind: 'name', text: 'cart is Service shop/cart', location: at('cart.yaml', 4) },
    {
      kind: 'route',
      text: 'rule 2 takes it',
      passedOver: [{ resource: policy, location: at('deny.yaml', 9), why: 'its exportTo keeps it in namespace bank' }],
    },
  ],
  needs: ['the manifest of Namespace shop'],
};

describe('the text of a trace', () => {
  it('answers first, and then tells how', () => {
    expect(traceText(TRACE, false)).toBe(`in part: 90 % to shop/v1:8080 over mTLS, let in; 10 % to shop/v2:8080: refused
POST http://cart:80/api (HTTP/2, x-user: ann) from Deployment shop/web  web.yaml:4, and the same of 1 other manifest of it

Steps
  name           cart is Service shop/cart  cart.yaml:4
  route          rule 2 takes it

At shop/v1:8080, shop/v1b:8080
  arrival        it takes mutual TLS  pa.yaml:7

Also
  timeout 3s
  the server sees the path /v2
  a copy of 50 % goes to audit:80
  10 % wait 2s first, a fault that the route injects

Passed over
  AuthorizationPolicy bank/deny: its exportTo keeps it in namespace bank  deny.yaml:9

To know more
  the manifest of Namespace shop
`);
  });

  it('colours the verdict', () => {
    expect(traceText({ ...TRACE, verdict: 'refused', answer: 'refused: 403' }, true)).toMatch(
      /^\u001b\[31mrefused\u001b\[39m\u001b\[1m: 403/,
    );
  });

  it('has a line for each of many', () => {
    const lines = tracesText([TRACE, { ...TRACE, id: 'long-id' }], false).split('\n');
    expect(lines).toEqual([
      `1        ${TRACE.answer}  POST http://cart:80/api from Deployment shop/web`,
      `long-id  ${TRACE.answer}  POST http://cart:80/api from Deployment shop/web`,
      '',
    ]);
  });
});

const because = (text: string, line = 1): StepReport => ({ kind: 'authorization', text, location: at('p.yaml', line) });
const yes: ReachAnswer = { verdict: 'allowed', certain: true, answer: 'allowed: x', mtls: true };
const refused: ReachAnswer = {
  verdict: 'refused',
  certain: true,
  answer: 'refused: x',
  mtls: true,
  reason: because('shop/deny denies it'),
};

function table(callers: number, targets: number, answer: (caller: number, target: number) => ReachAnswer): ReachReport {
  const many = (count: number) => Array.from({ length: count }, (_, i) => i);
  return {
    callers: many(callers).map((c) => ({ workloads: [place(`caller-${c}`)] })),
    targets: many(targets).map((t) => ({ name: `shop/service-${t}:80`, protocol: 'HTTP', tried: ['GET /'] })),
    answers: many(callers).map((c) => many(targets).map((t) => answer(c, t))),
    needs: [],
    left: { callers: 0, targets: 0 },
  };
}

describe('the table of who can call what', () => {
  it('has classes of callers across, and the reasons below', () => {
    const reach = table(2, 2, (c, t) => (c === 1 && t === 0 ? refused : t === 1 ? { ...yes, mtls: false } : yes));
    expect(reachText(reach, false)).toBe(`Callers
  A  Deployment shop/caller-0
  B  Deployment shop/caller-1

TARGET             PROTOCOL  A      B
shop/service-0:80  HTTP      yes    no 1
shop/service-1:80  HTTP      plain  plain

yes: let in, over mTLS; plain: let in, without mTLS; no: refused by a policy

  1  shop/deny denies it  p.yaml:1
`);
  });

  it('tells the manifests of one workload apart by their files', () => {
    const reach = { ...table(2, 1, () => yes), callers: ['a', 'b'].map((f) => ({ workloads: [place('web', f)] })) };
    expect(reachText(reach, false)).toMatch(
      /^Callers\n {2}A {2}Deployment shop\/web \(a\)\n {2}B {2}Deployment shop\/web \(b\)\n/,
    );
  });

  it('says which answers are not certain, and what would make them so', () => {
    const reach = { ...table(1, 1, () => ({ ...yes, certain: false })), needs: ['the manifest of Namespace shop'] };
    expect(reachText(reach, false)).toContain(
      'yes?\n\nyes: let in, over mTLS; with ?: as far as the files tell\n\nTo know more\n  the manifest of Namespace shop\n',
    );
  });

  it('says which requests fare differently, and what was left out', () => {
    const some: ReachAnswer = {
      ...yes,
      verdict: 'partial',
      differing: [
        { request: 'GET /', verdict: 'refused' },
        { request: 'POST /api', verdict: 'allowed' },
      ],
    };
    const text = reachText({ ...table(1, 1, () => some), left: { callers: 3, targets: 0 } }, false);
    expect(text).toContain('shop/service-0:80  HTTP      some 1\n');
    expect(text).toContain('  1  GET / refused by a policy; POST /api let in, over mTLS\n');
    expect(text).toContain('left out, since there are too many: 3 callers, 0 targets');
  });

  it('fits a terminal, however many callers there are', () => {
    const reach = table(80, 3, (c) => ({ ...refused, reason: because(`policy ${c} denies it`, c) }));
    const lines = reachText(reach, false).split('\n');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(100);
    expect(lines.filter((line) => line.startsWith('TARGET')).length).toBeGreaterThan(1);
    for (const label of ['A', 'Z', 'AA', 'CB'])
      expect(lines.some((line) => line.split(/ +/).includes(label))).toBe(true);
    expect(lines.at(-2)).toBe('  and 20 more reasons; --format json has all');
  });
});

it('prints nothing that a terminal obeys, whatever the text', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('\u001b[2J', '\n', '\u202e', 'é'),
  );
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 9, maxLength: 9 }), (words) => {
      const [a, b, c, d, e, f, g, h, i] = words as [string, ...string[]];
      const resource = { apiVersion: 'v1', kind: a, namespace: b ?? '', name: c ?? '' };
      const step = {
        kind: 'route' as const,
        text: d ?? '',
        location: at(e ?? '', 2),
        passedOver: [{ resource, location: at(f ?? '', 1), why: g ?? '' }],
      };
      const trace: TraceReport = {
        ...TRACE,
        id: h ?? '',
        request: {
          ...TRACE.request,
          text: i ?? '',
          from: { resource, location: at(e ?? '', 1) },
          headers: { [a]: d ?? '' },
        },
        answer: `refused: ${a}`,
        steps: [step],
        needs: [b ?? ''],
        timeout: c ?? '',
        destinations: [
          {
            host: '',
            port: 1,
            subset: null,
            weight: 100,
            endpoints: [{ workload: d ?? '', port: 1, tls: 'none', arrives: true, steps: [step], needs: [g ?? ''] }],
          },
        ],
      };
      const reach: ReachReport = {
        callers: [{ workloads: [{ resource, location: at(e ?? '', 1) }] }],
        targets: [{ name: f ?? '', protocol: g ?? '', tried: [] }],
        answers: [[{ verdict: 'refused', certain: false, answer: a, reason: step }]],
        needs: [b ?? ''],
        left: { callers: 0, targets: 0 },
      };
      for (const text of [traceText(trace, false), tracesText([trace], false), reachText(reach, false)]) {
        const plain = text.replaceAll('\n', '');
        expect(plain).toBe(visibleText(plain));
      }
    }),
  );
});
