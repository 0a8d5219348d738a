import { testRule } from '@meshvet/core/testing';
import { schemaServiceEntryAddresses } from './schema-service-entry-addresses.ts';

const entry = (addresses: string, resolution = 'NONE') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: a }
spec:
  hosts: [a.example.com]
  resolution: ${resolution}
  addresses: ${addresses}
`;

testRule(schemaServiceEntryAddresses, {
  bad: {
    'bad addresses': entry(
      '[10.0.0.256, 10.0.0.0/33, 10.0.0.0-10.0.0.9, ""] #~ refused #~ refused #~ refused #~ refused',
    ),
    'a range behind DNS, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: entry('[10.0.0.0/8] #~ refused', 'DNS'),
    },
  },
  good: {
    'a range behind DNS, which the schema refuses': entry('[10.0.0.0/8]', 'DNS'),
    'an address that is filled in later': entry('["${ADDRESS}", "10.0.0.{{ n }}"]'),
    'a range with endpoints': entry('[10.0.0.0/8]', 'STATIC'),
  },
});
