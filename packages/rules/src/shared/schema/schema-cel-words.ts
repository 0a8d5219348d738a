import { ruleKey } from '@meshvet/core';
import type { CelWords } from './cel-words.ts';
import { gatewayApiCelWords } from './gateway-api-cel-words.ts';

const ONE_TARGET: CelWords = {
  demand: 'sets several of "selector", "targetRef" and "targetRefs", of which only one may be set',
  at: ['targetRefs', 'targetRef', 'selector'],
};
const ATTACHABLE: CelWords = { demand: 'points at a kind that a policy cannot be attached to', at: ['kind', 'group'] };
const SUBNET: CelWords = {
  demand: 'has a range of addresses, which only resolution NONE and STATIC may have',
  at: ['addresses'],
};
const NO_ENDPOINTS: CelWords = {
  demand: 'has endpoints, which resolution NONE (the default) does not take',
  at: ['endpoints'],
};
const ONE_ENDPOINT: CelWords = {
  demand: 'has several endpoints, of which resolution DNS_ROUND_ROBIN takes only one',
  at: ['endpoints'],
};
const SOCKET_PORTS: CelWords = { demand: 'has ports beside a Unix socket as its address', at: ['ports'] };
const PORT_LEVEL: CelWords = {
  demand: 'has portLevelMtls, which takes effect only with a selector that names labels',
  at: ['portLevelMtls'],
};
const UPSERT: CelWords = { demand: 'has operation UPSERT and no value', at: ['operation'] };
const HTTP_OR_OCI: CelWords = { demand: 'is no URL with one of the schemes http, https, oci and file' };
const PORT: CelWords = { demand: 'has to be a port, a number from 1 to 65535' };
const CERTIFICATES: CelWords = {
  demand: 'names its certificates in two ways, of which only one may be used',
  at: ['credentialNames', 'tlsCertificates', 'credentialName'],
};

const WORDS: readonly (readonly [string, CelWords])[] = [
  [
    '(has(self.selector)?1:0)+(has(self.targetRefs)?1:0)<=1',
    { ...ONE_TARGET, demand: 'sets both "selector" and "targetRefs", of which only one may be set' },
  ],
  ['(has(self.selector)?1:0)+(has(self.targetRef)?1:0)+(has(self.targetRefs)?1:0)<=1', ONE_TARGET],
  [
    '(has(self.workloadSelector)?1:0)+(has(self.targetRefs)?1:0)<=1',
    { demand: 'sets both "workloadSelector" and "targetRefs", of which only one may be set', at: ['targetRefs'] },
  ],
  [
    '(has(self.workloadSelector)?1:0)+(has(self.endpoints)?1:0)<=1',
    { demand: 'sets both "workloadSelector" and "endpoints", of which only one may be set', at: ['endpoints'] },
  ],
  [
    '(has(self.jwksUri)?1:0)+(has(self.jwks_uri)?1:0)+(has(self.jwks)?1:0)<=1',
    {
      demand: 'has its keys from several places; only one of "jwks" and "jwksUri" may be set',
      at: ['jwks', 'jwksUri', 'jwks_uri'],
    },
  ],
  ['(has(self.tlsCertificates)?1:0)+(has(self.credentialNames)?1:0)<=1', CERTIFICATES],
  ['(has(self.credentialName)?1:0)+(has(self.credentialNames)?1:0)<=1', CERTIFICATES],
  ['(has(self.credentialNames)?1:0)+(has(self.tlsCertificates)?1:0)<=1', CERTIFICATES],
  [
    'has(self.wasm)!=has(self.lua)',
    { demand: 'has to set one of "wasm" and "lua", and not both', at: ['lua', 'wasm'] },
  ],
  [
    'self.all(key,!key.contains("*"))',
    { demand: 'has a label key with a "*"; labels are compared as they are, wildcards match nothing' },
  ],
  ['self.all(key,key.size()!=0)', { demand: 'has a label without a key' }],
  ['!self.contains("*")', { demand: 'has a "*"; labels are compared as they are, wildcards match nothing' }],
  ['self.size()==0', { demand: 'has to be left out; a target is in the namespace of the policy' }],
  [
    'isURL(self)?(url(self).getScheme()in["","http","https","file","oci"]):(isURL("http://"+self)&&url("http://"+self).getScheme()in["","http","https","file","oci"])',
    HTTP_OR_OCI,
  ],
  [
    'isURL(self)?(url(self).getScheme()in["","http","https","oci","file"]):(isURL("http://"+self)&&url("http://"+self).getScheme()in["","http","https","oci","file"])',
    HTTP_OR_OCI,
  ],
  ['url(self).getScheme()in["http","https"]', { demand: 'is no URL that begins with http:// or https://' }],
  [
    '(has(self.valueFrom)?self.valueFrom:"")!="HOST"||!has(self.value)',
    { demand: 'has a value of its own, though valueFrom HOST takes it from the host', at: ['value'] },
  ],
  [
    '[self.group,self.kind]in[["core","Service"],["","Service"],["gateway.networking.k8s.io","Gateway"],["networking.istio.io","ServiceEntry"]]',
    ATTACHABLE,
  ],
  ['[self.group,self.kind]in[["core","Service"],["","Service"],["gateway.networking.k8s.io","Gateway"]]', ATTACHABLE],
  ['duration(self)>=duration("1ms")', { demand: 'is no duration of a millisecond or more, such as 10s or 500ms' }],
  [
    'has(self.context)?((self.context=="WAYPOINT")?has(self.waypoint):!has(self.waypoint)):!has(self.waypoint)',
    { demand: 'has to match by "waypoint" where the context is WAYPOINT, and only there', at: ['waypoint', 'context'] },
  ],
  ['0<self&&self<=65535', PORT],
  ['0<self&&self<=6553', { demand: 'is refused by Istio 1.29, whose schema takes ports up to 6553 here' }],
  [
    '!((has(self.addresses)?self.addresses:[]).exists(k,k.contains("/"))&&!((has(self.resolution)?self.resolution:"NONE")in["STATIC","NONE"]))',
    SUBNET,
  ],
  [
    '!(has(self.addresses)&&self.addresses.exists(k,k.contains("/"))&&(has(self.resolution)&&self.resolution!="STATIC"&&self.resolution!="NONE"))',
    SUBNET,
  ],
  ['((has(self.resolution)?self.resolution:"NONE")=="NONE")?!has(self.endpoints):true', NO_ENDPOINTS],
  ['(!has(self.resolution)||self.resolution=="NONE")?!has(self.endpoints):true', NO_ENDPOINTS],
  [
    '((has(self.resolution)?self.resolution:"")=="DNS_ROUND_ROBIN")?((has(self.endpoints)?self.endpoints:[]).size()<=1):true',
    ONE_ENDPOINT,
  ],
  [
    '(has(self.resolution)&&self.resolution=="DNS_ROUND_ROBIN")?(!has(self.endpoints)||size(self.endpoints)==1):true',
    { ...ONE_ENDPOINT, demand: 'has to have one endpoint, or none written, with resolution DNS_ROUND_ROBIN' },
  ],
  ['has(self.address)||has(self.network)', { demand: 'has neither an address nor a network' }],
  ['(has(self.address)?self.address:"").startsWith("unix://")?!has(self.ports):true', SOCKET_PORTS],
  ['(has(self.address)&&self.address.startsWith("unix://"))?!has(self.ports):true', SOCKET_PORTS],
  [
    'self.startsWith("unix://")?(self.substring(7,8)=="/"||self.substring(7,8)=="@"):true',
    { demand: 'is no Unix socket with an absolute path, such as unix:///var/run/app.sock' },
  ],
  ['self.startsWith("unix://")?!self.endsWith("/"):true', { demand: 'is a folder; a Unix socket is a file' }],
  [
    'self.all(key,size(key)<63&&key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))',
    { demand: 'has a port name that is none: letters, digits and dashes between them, fewer than 63' },
  ],
  ['self!="*"', { demand: 'is "*", which cannot be the host of a ServiceEntry' }],
  ['self.all(l1,self.exists_one(l2,l1.number==l2.number))', { demand: 'has a port number more than once' }],
  ['selfin["","HTTP","HTTPS"]', { demand: 'is neither HTTP nor HTTPS' }],
  [
    '(has(self.serviceAccounts)||has(self.notServiceAccounts))?(!has(self.principals)&&!has(self.notPrincipals)&&!has(self.namespaces)&&!has(self.notNamespaces)):true',
    {
      demand: 'names service accounts beside principals or namespaces, which may not stand together',
      at: ['serviceAccounts', 'notServiceAccounts'],
    },
  ],
  [
    'has(self.portLevelMtls)?(((has(self.selector)&&has(self.selector.matchLabels))?self.selector.matchLabels:{}).size()>0):true',
    PORT_LEVEL,
  ],
  [
    '(has(self.selector)&&has(self.selector.matchLabels)&&self.selector.matchLabels.size()>0)||!has(self.portLevelMtls)',
    PORT_LEVEL,
  ],
  ['self.all(key,0<int(key)&&int(key)<=65535)', { demand: 'has a key that is no port: numbers from 1 to 65535' }],
  ['((has(self.operation)?self.operation:"")=="UPSERT")?(self.value!=""):true', UPSERT],
  ['((has(self.operation)?self.operation:"")=="UPSERT")?self.value!="":true', UPSERT],
  [
    '((has(self.operation)?self.operation:"")=="REMOVE")?!has(self.value):true',
    { demand: 'has operation REMOVE and a value', at: ['value'] },
  ],
];

const BY_KEY: ReadonlyMap<string, CelWords> = new Map(WORDS);

/** What an expression demands, in our words; undefined for one that is neither Istio's nor the Gateway API's. */
export function celWords(expression: string): CelWords | undefined {
  return BY_KEY.get(ruleKey(expression)) ?? gatewayApiCelWords(expression);
}
