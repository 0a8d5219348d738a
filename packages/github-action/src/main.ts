import { nodeHost } from 'meshvet';
import { runAction } from './run-action.ts';

// The entry of the bundle that `action.yml` names. Not process.exit: it could cut off what is still being printed.
process.exitCode = await runAction(nodeHost());
