/** Something that programs make and no manifest says: a generator of kustomize, a chart of which the templates were passed over. */
export interface MadeOutside {
  /** `Secret`, `ConfigMap`; `chart` for one that may hold anything. */
  readonly kind: 'Secret' | 'ConfigMap' | 'chart';
  /** Of a chart its own name, which its Services carry as a rule. */
  readonly name: string;
  /** undefined where it depends on who installs it. */
  readonly namespace: string | undefined;
  /** Who makes it, in words: "secretGenerator of edge/kustomization.yaml". */
  readonly by: string;
  readonly folder: string;
}
