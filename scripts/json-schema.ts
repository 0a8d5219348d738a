/** A JSON Schema, or a part of one. */
export type Schema = { readonly [key: string]: unknown };

export const string = { type: 'string' };
export const boolean = { type: 'boolean' };
export const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });
export const list = (items: Schema, description?: string): Schema => ({
  ...(description && { description }),
  type: 'array',
  items,
});
export const words = (description: string): Schema => ({ description, ...string });
export const wordsOrNull = (description: string): Schema => ({ description, type: ['string', 'null'] });
export const countOrNull = (description: string): Schema => ({ description, type: ['integer', 'null'], minimum: 0 });
export const oneOf = (...values: readonly (string | boolean | null)[]): Schema => ({ enum: values });
/** A mapping that has all of these members. */
export const all = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
