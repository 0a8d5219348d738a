import { testRule } from '@meshvet/core/testing';
import { linkerdHostNetwork } from './linkerd-host-network.ts';

const agent = (spec: string, inject = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: agent, namespace: agents }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent }, annotations: { ${inject} } }
    spec:
      ${spec}
      containers: [{ name: agent, image: agent:1 }]
`;

testRule(linkerdHostNetwork, {
  bad: { 'the pods ask for it': agent('hostNetwork: true #~ pods', 'linkerd.io/inject: enabled') },
  good: {
    'nobody asks': agent('hostNetwork: true'),
    'pods with a network of their own': agent('hostNetwork: false', 'linkerd.io/inject: enabled'),
  },
});
