import { testRule } from '@meshvet/core/testing';
import { linkerdNetworkExcept } from './linkerd-network-except.ts';

const networks = (text: string) => `
apiVersion: policy.linkerd.io/v1alpha1
kind: NetworkAuthentication
metadata: { name: office, namespace: web }
spec:
  networks:
    ${text}
`;

testRule(linkerdNetworkExcept, {
  bad: {
    'no range': networks('- cidr: office.example.com #~ form'),
    'a wider range than the whole': networks('- cidr: 10.1.0.0/16\n      except:\n        - 10.0.0.0/8 #~ outside'),
    'in a ServerAuthorization': `
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: office, namespace: web }
spec:
  server: { name: pages }
  client:
    networks:
      - cidr: 10.0.0.0/8
        except:
          - fd00::/8 #~ outside
`,
  },
  good: {
    'one address': networks('- cidr: 10.0.0.1'),
    'ranges of IPv6': networks('- { cidr: "fd00::/8", except: ["fd01::/16"] }'),
    'what a later step fills in': networks('- cidr: ${OFFICE}'),
  },
});
