import { isPatchedAt, type Resource } from './resource.ts';

/** Whether a patch that could not be read may write some key anywhere in a resource, so that what is written may not be what is applied. */
export function isPatchedAnywhere(resource: Resource, key: string): boolean {
  return isPatchedAt(resource, key);
}
