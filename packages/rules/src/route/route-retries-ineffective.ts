import {
  defineRule,
  durationNanoseconds,
  type Field,
  nameOf,
  settledRoutes,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeRetriesIneffective = defineRule({
  meta: {
    id: 'route-retries-ineffective',
    summary: 'Retries or a timeout of a route never take effect beside what else the route says.',
    why: 'The timeout spans all tries, and Envoy answers an injected fault, a redirect or a direct response before it would try anything.',
    fix: 'Make the timeout longer than perTryTimeout times the tries that are meant, and inject faults where another proxy makes the retries.',
    severity: 'info',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPRetry',
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPRoute (fault)',
      'istio/istio pilot/pkg/networking/core/route/route.go (applyHTTPRouteDestination)',
    ],
    messages: {
      noRoom:
        '{route}: timeout {timeout} spans all tries and is no longer than perTryTimeout {perTry}, so no retry follows a try that ran out of time.',
      fewer:
        '{route}: timeout {timeout} spans all tries, so of the {attempts} retries with perTryTimeout {perTry} no more than {left} can follow tries that ran out of time.',
      fault:
        '{route}: {what} of this route are not used for the fault that it injects: the fault is answered before any try.',
      answered: '{route}: {what} of this route are never used, since {action} answers without any try.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one try fills the timeout; and a fault that retries are to be tried with',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ uri: { prefix: /slow } }]
                timeout: 2s
                retries: { attempts: 3, perTryTimeout: 2s } #~ noRoom \`2s\`
                route: [{ destination: { host: cart } }]
              - fault: { abort: { httpStatus: 503, percentage: { value: 50 } } }
                retries: { attempts: 3 } #~ fault \`retries\`
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        title: 'room for another try',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - timeout: 10s
                retries: { attempts: 3, perTryTimeout: 2s }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    for (const { kind, field } of virtualService ? settledRoutes(virtualService) : []) {
      if (kind !== 'http') continue;
      const [timeout, retries, fault] = [field.at('timeout'), field.at('retries'), field.at('fault')];
      const attempts = retries.at('attempts').number();
      const retrying = retries.hasValue && attempts !== undefined && attempts > 0;
      const total = durationOf(timeout);
      const words = { route: nameOf(resource) };
      const what = [...(retrying ? ['retries'] : []), ...(total ? ['timeout'] : [])];
      const place = retrying ? retries : timeout;
      const action = ['redirect', 'directResponse'].find((key) => field.at(key).hasValue);
      if (action !== undefined) {
        if (what.length > 0) report(place, 'answered', { ...words, what: what.join(' and '), action }, { onKey: true });
        continue;
      }
      // A delay is over before the timeout begins to count, and an abort before the first try.
      const [cancelled] = [
        ...(fault.at('abort').hasValue && retrying ? [retries] : []),
        ...(fault.at('delay').hasValue && total ? [timeout] : []),
        ...(fault.hasValue && retrying ? [retries] : []),
      ];
      if (cancelled) {
        report(cancelled, 'fault', { ...words, what: what.join(' and ') }, { onKey: true });
        continue;
      }
      const perTry = durationOf(retries.at('perTryTimeout'));
      if (!retrying || !total || !perTry) continue;
      const at = retries.at('perTryTimeout');
      const more = { ...words, timeout: timeout.string() ?? '', perTry: at.string() ?? '' };
      // The last try may be cut short; that it begins is enough.
      const left = Math.ceil(total / perTry) - 1;
      if (left < 1) report(at, 'noRoom', more);
      else if (left < attempts) report(at, 'fewer', { ...more, attempts, left });
    }
  },
});

function durationOf(field: Field): number | undefined {
  const text = field.string();
  return text === undefined ? undefined : durationNanoseconds(text);
}
