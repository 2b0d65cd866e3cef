import { availableParallelism, totalmem } from 'node:os';
import type { Check } from './checks.ts';
import { command } from './command.ts';
import { flag } from './options.ts';

const marks = { ok: 'ok     ', warning: 'warning', missing: 'missing' } as const;

function lines(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(({ name, status, found, remedy }) => {
      const fix = remedy === undefined ? '' : `\n${' '.repeat(width + 11)}→ ${remedy}`;
      return `${marks[status]}  ${name.padEnd(width)}  ${found}${fix}`;
    })
    .join('\n');
}

const notes = 'Exit status: 0 when nothing is missing (warnings allowed), 1 otherwise.';

export default command({
  name: 'doctor',
  summary: 'Say what is installed, what is missing and how to get it.',
  options: { json: flag('print one JSON object') },
  notes,
  async run({ json }) {
    const { allChecks } = await import('./checks.ts');
    const checks = await allChecks();
    const missing = checks.filter(({ status }) => status === 'missing').length;
    const machine = {
      platform: `${process.platform} ${process.arch}`,
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    };
    if (json) process.stdout.write(`${JSON.stringify({ ok: missing === 0, machine, checks }, null, 2)}\n`);
    else {
      const { platform, cores, memoryGiB } = machine;
      const verdict = missing === 0 ? 'everything needed is here' : `${missing} missing`;
      process.stdout.write(`${platform}, ${cores} cores, ${memoryGiB} GiB\n${lines(checks)}\n${verdict}\n`);
    }
    return missing === 0 ? 0 : 1;
  },
});
