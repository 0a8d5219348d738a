import { testRule } from '@meshvet/core/testing';
import { webhookUrlAddress } from './webhook-url-address.ts';

const entry = (url: string, mark = '') => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: istiod-default-validator }
webhooks:
  - name: validation.istio.io
    clientConfig: { url: ${url} }${mark}
`;

testRule(webhookUrlAddress, {
  bad: {
    'of the sixth version, in the validator': entry('"https://[2001:db8::1]:15017/validate"', ' #~ address'),
  },
  good: {
    'an empty url': entry('""'),
    'a url that is none is another rule': entry('"1.1.1.1:15017/validate"'),
    'a host name of digits and dots': entry('"https://1.1.1.1.nip.io/validate"'),
    'a later step fills it in': entry('"https://${ADDRESS}/validate"'),
  },
});
