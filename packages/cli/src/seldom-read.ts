// What the reading of paths and configs needs in some runs only, loaded late and together for the reason that `seldom.ts` gives. Nothing in
// here may import what reads paths and options: that is what loads it.
export { loadConfig } from './load-config.ts';
export { readCrds } from './read-crds.ts';
export { renderedSources } from './rendered-sources.ts';
