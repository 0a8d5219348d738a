import { testRule, yaml } from '@meshvet/core/testing';
import { policyProviderUnknown } from './policy-provider-unknown.ts';

const policy = (name: string, space: string, spec: string, mark = '', metadata = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: ${space}${metadata} }
  spec: { ${spec} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });
const meshConfig = (text: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: '${text}' }
`;
const custom = (name: string, mark = '') =>
  policy(
    'cart',
    'shop',
    `action: CUSTOM, provider: { name: ${name} }, rules: [{ to: [{ operation: { paths: ["/a"] } }] }]`,
    mark,
  );
const opa = (service: string) =>
  meshConfig(`extensionProviders: [{name: opa, envoyExtAuthzHttp: {service: ${service}, port: 80}}]`);
const server = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: opa, namespace: platform }
  spec: { selector: { app: opa }, ports: [{ name: http, port: 80 }] }
`;

testRule(policyProviderUnknown, {
  bad: {
    'a MeshConfig without providers': all(meshConfig('trustDomain: td.example'), custom('opa', '#~ unknown')),
    'a provider of another kind': all(
      meshConfig('extensionProviders: [{name: opa, zipkin: {service: z.platform.svc.cluster.local, port: 9411}}]'),
      custom('opa', '#~ unknown'),
    ),
    'no MeshConfig in a closed world': closed(custom('opa', '#~ unknown')),
    'its Service is called otherwise': all(
      opa('opa-server.platform.svc.cluster.local'),
      server,
      custom('opa', '#~ service'),
    ),
    'with its namespace before it': all(
      opa('platform/opa-server.platform.svc.cluster.local'),
      server,
      custom('opa', '#~ service'),
    ),
  },
  good: {
    'it is there': all(opa('opa.platform.svc.cluster.local'), server, custom('opa')),
    'with its namespace': all(opa('platform/opa.platform.svc.cluster.local'), server, custom('opa')),
    'a ServiceEntry': all(
      opa('opa.local'),
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: opa, namespace: platform }
        spec: { hosts: [opa.local], resolution: STATIC, endpoints: [{ address: 127.0.0.1 }], ports: [{ number: 80, name: http, protocol: HTTP }] }
      `,
      custom('opa'),
    ),
    'nothing of its namespace was read': all(opa('opa.platform.svc.cluster.local'), custom('opa')),
    'a MeshConfig of a far folder may be a part only': {
      files: {
        'operator/config.yaml': meshConfig(
          'extensionProviders: [{name: logs, envoyFileAccessLog: {path: /dev/stdout}}]',
        ),
        'tests/auth/policy.yaml': custom('opa'),
      },
    },
    'filled in later': all(opa('opa.platform.svc.cluster.local'), custom('"${PROVIDER}"')),
  },
});
