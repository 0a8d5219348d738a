import { testRule, yaml } from '@meshvet/core/testing';
import { policySelectorUnmatched } from './policy-selector-unmatched.ts';

const policy = (kind: string, spec: string, namespace = 'shop', mark = '') => yaml`
  apiVersion: ${kind === 'Sidecar' ? 'networking.istio.io/v1' : kind === 'Telemetry' ? 'telemetry.istio.io/v1' : 'security.istio.io/v1'}
  kind: ${kind}
  metadata: { name: cart, namespace: ${namespace} } ${spec === '' ? mark : ''}
  spec: { ${spec} } ${spec === '' ? '' : mark}
`;
const cart = (namespace = 'shop', labels = 'app: cart') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { ${labels} } }
      spec: { containers: [{ name: cart, image: shop/cart }] }
`;
const space = (name: string, labels = 'istio-injection: enabled') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: { ${labels} } }
`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });
const pay = 'selector: { matchLabels: { app: pay } }';

testRule(policySelectorUnmatched, {
  bad: {
    'each kind that selects pods': all(
      policy('RequestAuthentication', pay, 'shop', '#~ none `pay`'),
      policy('PeerAuthentication', pay, 'shop', '#~ none'),
      policy('Telemetry', pay, 'shop', '#~ none'),
      policy('Sidecar', 'workloadSelector: { labels: { app: pay } }', 'shop', '#~ none'),
      cart(),
    ),
    'the labels are there, in another namespace': all(
      policy('AuthorizationPolicy', 'selector: { matchLabels: { app: cart } }', 'shop', '#~ none'),
      cart('other'),
      cart('shop', 'app: pay'),
    ),
    'no namespace has such pods, and this is the whole world': closed(
      all(policy('AuthorizationPolicy', pay, 'istio-system', '#~ none'), cart()),
    ),
    'the pods are surely not in the mesh': all(
      policy('AuthorizationPolicy', 'selector: { matchLabels: { app: cart } }', 'shop', '#~ notInMesh'),
      cart(),
      space('shop', 'team: shop'),
    ),
    'a namespace without pods, in a whole world': closed(
      all(policy('AuthorizationPolicy', '', 'shop', '#~ empty'), cart('other'), space('other')),
    ),
    'a namespace with pods outside the mesh, in a whole world': closed(
      all(policy('AuthorizationPolicy', '', 'shop', '#~ empty'), cart(), space('shop', 'team: shop')),
    ),
  },
  good: {
    'workloads of another folder without a namespace, as samples have them': {
      files: {
        'a/cart.yaml': cart().replace(', namespace: shop', ''),
        'b/policy.yaml': policy('AuthorizationPolicy', pay, 'default'),
        'c/policy.yaml': policy('AuthorizationPolicy', pay).replace(', namespace: shop', ''),
      },
    },
    'a label with a "*", which the definition of the kind refuses': closed(
      all(policy('Telemetry', 'selector: { matchLabels: { app: "c*" } }'), cart(), space('shop')),
    ),
    'a Sidecar in the root namespace, of which another rule speaks': closed(
      all(policy('Sidecar', 'workloadSelector: { labels: { app: pay } }', 'istio-system'), cart('istio-system')),
    ),
    'a policy of the root namespace selects pods of any namespace, and Kiali looks in its own': closed(
      all(
        policy('AuthorizationPolicy', 'selector: { matchLabels: { app: cart } }', 'istio-system'),
        cart(),
        space('shop'),
      ),
    ),
    'a policy of the root namespace, whose pods may be anywhere': all(
      policy('AuthorizationPolicy', pay, 'istio-system'),
      cart('istio-system'),
    ),
    'Deployments count, and not Pods alone': closed(
      all(policy('AuthorizationPolicy', 'selector: { matchLabels: { app: cart } }'), cart(), space('shop')),
    ),
    'a namespace that may get its pods tomorrow': all(policy('AuthorizationPolicy', ''), cart('other')),
    'a policy with targetRefs and a gateway, in a namespace of which istioctl sees no pod': closed(
      all(
        policy('AuthorizationPolicy', 'targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: front }]'),
        'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: front, namespace: shop }\n',
      ),
    ),
    'labels that the controller of the Gateway API writes': closed(
      all(
        policy('AuthorizationPolicy', 'selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: front } }'),
        cart(),
        space('shop'),
      ),
    ),
    'a WorkloadEntry': closed(
      all(
        policy('RequestAuthentication', pay),
        yaml`
          apiVersion: networking.istio.io/v1
          kind: WorkloadEntry
          metadata: { name: vm, namespace: shop }
          spec: { address: 10.1.2.3, labels: { app: pay } }
        `,
      ),
    ),
    'an operator makes the pods': all(
      policy('PeerAuthentication', pay),
      cart(),
      'apiVersion: db.example.com/v1\nkind: Pay\nmetadata: { name: pay, namespace: shop }\n',
    ),
    'a label that is filled in later': all(
      policy('PeerAuthentication', 'selector: { matchLabels: { app: "${APP}" } }'),
      cart(),
    ),
    'gateways are in the mesh without a sidecar': all(
      policy('AuthorizationPolicy', 'selector: { matchLabels: { istio: ingressgateway } }'),
      cart('shop', 'istio: ingressgateway'),
      space('shop', 'team: shop'),
    ),
  },
});
