// What most runs do not need, loaded late and together. One by one these files would cut what they share with `main`
// into a chunk for each set of sharers, and every chunk is a file to open at each start. These files stand on top of those that read and
// lint; what is read seldom is in `seldom-read.ts`, below them.
export { adopted } from './adopted.ts';
export { baselineCommand } from './commands/baseline.ts';
export { completionCommand } from './commands/completion.ts';
export { explainCommand } from './commands/explain.ts';
export { initCommand } from './commands/init.ts';
export { printConfigCommand } from './commands/print-config.ts';
export { rulesCommand } from './commands/rules.ts';
export { traceCommand } from './commands/trace.ts';
export { whyCommand } from './commands/why.ts';
export { configErrorText } from './config-error-text.ts';
export { fixRun } from './fix-files.ts';
export { helpText } from './help.ts';
export { statsText } from './stats-text.ts';
