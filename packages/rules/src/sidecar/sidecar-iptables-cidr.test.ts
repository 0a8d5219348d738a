import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarIptablesCidr } from './sidecar-iptables-cidr.ts';

const pod = (args: string, release = '1.13.1') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:${release}
        args:
          - istio-iptables
          ${args}
    containers:
      - { name: cart, image: "cart:1" }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:${release}", args: [proxy, sidecar] }
`;
const and = '\n          ';

testRule(sidecarIptablesCidr, {
  bad: {
    'the wildcard of the guides': pod(`- -i=*${and}- -x=* #~ wildcard`),
    'a star among ranges': pod('- -i=*,10.0.0.0/8 #~ mixed'),
    'a blank behind the comma': pod('- --istio-service-cidr=10.0.0.0/8, 172.16.0.0/12 #~ invalid'),
    'a length that is too long': pod('- -i=10.0.0.0/33 #~ invalid'),
    'a name': pod(`- -i=*${and}- -x=example.com #~ invalid`),
    'an address of version 6': pod('- -i=fd00::1 #~ address'),
    'a range elsewhere': pod(`- -i=10.0.0.0/8${and}- -x=192.168.0.0/16 #~ idle`),
  },
  good: {
    'the arguments of the guides': pod(`- -i=*${and}- -x=`),
    'ranges of both versions': pod('- -i=10.0.0.0/8,fd00::/8'),
    'a range with bits behind its length': pod('- -i=127.0.0.1/24,10.96.0.1/24'),
    'an exclusion inside an inclusion, which istio-iptables does': pod(`- -i=10.0.0.0/8${and}- -x=10.96.0.0/16`),
    'nothing is taken': pod(`- -i=${and}- -x=10.96.0.0/16`),
    'the script of 1.3 took addresses': pod('- -i=10.0.0.1', '1.3.8'),
    'filled in later': pod('- -i=${RANGES}'),
    'a comma at the end': pod('- -i=10.0.0.0/8,'),
  },
});
