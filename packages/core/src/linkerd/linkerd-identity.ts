/** The identity of an account, where Linkerd is installed into `linkerd` and the trust domain is the usual one. */
export function linkerdIdentity(namespace: string, account: string): string {
  return `${account}.${namespace}.serviceaccount.identity.linkerd.cluster.local`;
}
