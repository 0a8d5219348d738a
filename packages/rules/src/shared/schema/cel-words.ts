/** What an expression of a CustomResourceDefinition demands, and of which fields it speaks, where it speaks of fields of an object. */
export interface CelWords {
  /** Behind the path of the value: "must not contain *". */
  readonly demand: string;
  /** The fields of the object to point at, the first that is written. */
  readonly at?: readonly string[];
  /** Of an expression about a list: which item breaks it, and the fields of the item to point at. */
  readonly item?: {
    readonly isWrong: (item: unknown, index: number, list: readonly unknown[]) => boolean;
    readonly at: readonly string[];
  };
}
