import { testRule } from '@meshvet/core/testing';
import { linkerdProfileName } from './linkerd-profile-name.ts';

const profile = (name: string, mark = '') => `
apiVersion: v1
kind: Service
metadata: { name: pages, namespace: web }
spec: { selector: { app: pages }, ports: [{ port: 80 }] }
---
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata:
  name: ${name} ${mark}
  namespace: web
spec: { routes: [] }
`;

testRule(linkerdProfileName, {
  bad: {
    'the name of the Service alone': profile('pages', '#~ short'),
    'a name without the domain': profile('other.web.svc', '#~ short'),
    'a Service that is not there': {
      yaml: profile('page.web.svc.cluster.local', '#~ unknown'),
      settings: { closedWorld: true },
    },
  },
  good: {
    'another domain of the cluster': profile('pages.web.svc.example.local'),
    'a host of the world': profile('example.com'),
    'a Service that may stand elsewhere': profile('page.web.svc.cluster.local'),
  },
});
