// Loaded before the command line (`node --import`): writes the most memory that the process had, in bytes, to the file
// that MESHVET_PEAK_MEMORY names.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.MESHVET_PEAK_MEMORY, String(peak()));
});

function peak() {
  // maxRSS of Linux counts the parent too, as it was when it started this process; VmHWM is of this one alone.
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
