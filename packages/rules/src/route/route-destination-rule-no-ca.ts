import {
  defineRule,
  destinationRuleToJudge,
  type Field,
  isPatchedAt,
  istiodEnvironment,
  type Mesh,
  nameOf,
} from '@meshvet/core';

export const routeDestinationRuleNoCa = defineRule({
  meta: {
    id: 'route-destination-rule-no-ca',
    summary:
      'A DestinationRule begins TLS and does not say which authority the certificate of the server has to come from.',
    why: 'Before Istio 1.21 the proxy then takes any certificate, and with it any server in between; later it asks the authorities of the operating system, which know no certificate of your own.',
    fix: 'Set caCertificates to the file of the authority, or to system where the server has a public certificate.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['IST0128', 'IST0129'],
    sources: [
      'istio.io/docs/reference/config/networking/destination-rule/#ClientTLSSettings',
      'istio.io/docs/ops/best-practices/security/#configure-tls-verification-in-destination-rule-when-using-tls-origination',
      'istio/istio pkg/config/analysis/analyzers/destinationrule/ca-cert.go',
      'istio/istio pilot/pkg/features (VERIFY_CERTIFICATE_AT_CLIENT, true since 1.21, gone since 1.24)',
    ],
    messages: {
      unverified:
        '{rule}: TLS mode {mode} for {host} has no caCertificates, so the proxy takes any certificate of any server.',
      system:
        '{rule}: TLS mode {mode} for {host} has no caCertificates; Istio asks the authorities of the operating system, which know public certificates only.',
      credential:
        '{rule}: credentialName "{credential}" for {host} counts at gateways, and without a workloadSelector no sidecar reads it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'before Istio 1.21 nobody is asked',
        settings: { istioVersion: '1.20' },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: db, namespace: shop }
          spec:
            host: db.example.com
            trafficPolicy:
              tls:
                mode: SIMPLE #~ unverified \`SIMPLE\`
        `,
      },
    ],
    good: [
      {
        title: 'the authority is named',
        settings: { istioVersion: '1.20' },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: db, namespace: shop }
          spec:
            host: db.example.com
            trafficPolicy:
              tls: { mode: SIMPLE, caCertificates: system }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const rule = destinationRuleToJudge(mesh, resource);
    if (!rule || isPatchedAt(resource, 'spec', 'trafficPolicy')) return;
    const policy = rule.spec.at('trafficPolicy');
    const hasSelector = rule.spec.at('workloadSelector').hasValue;
    const ports = (policy.at('portLevelSettings').items() as Field[]).slice(0, MOST);
    const places = [
      { tls: policy.at('tls'), code: 'IST0128', port: '' },
      ...ports.map((one) => ({ tls: one.at('tls'), code: 'IST0129', port: portText(one) })),
    ];
    for (const { tls, code, port } of places) {
      const mode = tls.at('mode').string();
      const credential = tls.at('credentialName');
      if ((mode !== 'SIMPLE' && mode !== 'MUTUAL') || isFilled(tls.at('caCertificates'))) continue;
      if (isFilled(credential) && hasSelector) continue;
      // Istio refuses mode MUTUAL without the client's own certificate, and another rule tells all that the block lacks.
      const own = isFilled(tls.at('clientCertificate')) && isFilled(tls.at('privateKey'));
      if (mode === 'MUTUAL' && !isFilled(credential) && !own) continue;
      const host = `${rule.host?.written ?? 'its host'}${port}`;
      const words = { rule: nameOf(resource), mode, host };
      const options = { codes: [code] };
      const quiet = { ...options, severity: 'info', advice: true } as const;
      const place = tls.at('mode');
      if (isFilled(credential))
        report(credential, 'credential', { rule: words.rule, host, credential: credential.string() ?? '' }, quiet);
      else if (tls.at('insecureSkipVerify').boolean() === true) report(place, 'unverified', words, quiet);
      else if (mesh.derive(asksTheSystem)) report(place, 'system', words, quiet);
      else report(place, 'unverified', words, options);
    }
  },
});

const MOST = 100;

function isFilled(field: Field): boolean {
  return field.hasValue && field.string() !== '';
}

function portText(settings: Field): string {
  const number = settings.at('port').at('number').text();
  return number === undefined ? '' : ` on port ${number}`;
}

function asksTheSystem(mesh: Mesh): boolean {
  if (mesh.istioAtLeast('1.24')) return true;
  const told = istiodEnvironment(mesh, 'VERIFY_CERTIFICATE_AT_CLIENT');
  return told === undefined ? mesh.istioAtLeast('1.21') : told === 'true';
}
