import { spawn } from 'node:child_process';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { probeFile } from '../files/index.ts';
import { command } from './command.ts';
import { choice, flag, integer, text, UsageError } from './options.ts';
import { pythonEnvironment, requirePython, runs } from './places.ts';
import { duration, progressLine } from './progress.ts';

/** What the Python side says, one JSON object a line. */
type Event =
  | { event: 'cell'; cell: number; cells: number }
  | { event: 'done' }
  | { event: 'failed'; cell?: number; error: string; traceback: string[] };

const script = fileURLToPath(new URL('./execute_notebook.py', import.meta.url));

const options = {
  size: choice('value of SCOREBOOK_SIZE that the notebook sees', ['test', 'full', 'gpu'], 'test'),
  out: text('folder for the executed copies (default runs/notebooks)', 'DIR'),
  inplace: flag('write the outputs into the notebooks themselves'),
  timeout: integer('seconds a cell may take; 0 for no limit', 1800),
};

async function execute(
  notebook: string,
  { target, size, timeout }: { target: string; size: string; timeout: number },
): Promise<Event> {
  const child = spawn(requirePython(), [script, notebook, target, String(timeout)], {
    env: pythonEnvironment({ SCOREBOOK_SIZE: size }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const line = progressLine();
  let last: Event | undefined;
  for await (const text of createInterface({ input: child.stdout })) {
    const event = JSON.parse(text) as Event;
    if (event.event === 'cell') line.show(`${basename(notebook)}: cell ${event.cell}/${event.cells}`);
    else last = event;
  }
  line.end();
  const status = await ended;
  const outcome = last ?? {
    event: 'failed',
    error: `the executor ended with status ${status}`,
    traceback: [],
  };
  // A kernel that dies has no traceback: what it wrote to stderr is all there is.
  const silent = outcome.event === 'failed' && outcome.traceback.length === 0 && log !== '';
  return silent ? { ...outcome, traceback: [log.trim()] } : outcome;
}

function verdict(name: string, result: Event, ms: number): string {
  if (result.event !== 'failed') return `passed  ${name}  (${duration(ms)})`;
  const where = result.cell === undefined ? '' : ` in cell ${result.cell}`;
  const cause = `failed  ${name}  (${duration(ms)})${where}: ${result.error.trim()}`;
  return [cause, ...result.traceback].join('\n');
}

/** Kernels colour their tracebacks; a log file should not have to show the codes. */
const print = (text: string): void => {
  process.stdout.write(`${process.stdout.isTTY ? text : stripVTControlCharacters(text)}\n`);
};

/**
 * Where the executed copies go.
 * @throws UsageError where two would have one name, or one would replace its own notebook
 */
function copies(notebooks: readonly string[], folder: string): string[] {
  const targets = notebooks.map((notebook) => join(folder, basename(notebook)));
  targets.forEach((target, i) => {
    if (existsSync(target) && realpathSync(target) === realpathSync(notebooks[i]))
      throw new UsageError(
        `${target}: the copy would replace the notebook: expected --inplace, or another --out`,
      );
    const first = targets.indexOf(target);
    if (first < i)
      throw new UsageError(
        `${notebooks[first]} and ${notebooks[i]}: the copies would have one name in ${folder}: run them apart, into two folders`,
      );
  });
  return targets;
}

const notes = `Each notebook runs in its own kernel and its own folder; the first error ends it.
Exit status: 0 when all passed, 1 when one failed.

Example: scorebook run notebooks/03-posterior.ipynb --size full --inplace`;

export default command({
  name: 'run',
  summary: 'Execute notebooks headless.',
  options,
  positionals: { usage: 'NOTEBOOK…', min: 1, max: Infinity },
  notes,
  async run({ size, out, inplace, timeout }, files) {
    if (inplace && out !== undefined) throw new UsageError('--inplace and --out exclude each other');
    const notebooks = files.map((file) => resolve(file));
    for (const notebook of notebooks) {
      if (!existsSync(notebook) || !statSync(notebook).isFile())
        throw new Error(`${notebook}: no such notebook`);
    }
    requirePython();
    const folder = resolve(out ?? join(runs, 'notebooks'));
    const targets = inplace ? notebooks : copies(notebooks, folder);
    for (const target of targets) await probeFile(target);
    let failed = 0;
    for (const [i, notebook] of notebooks.entries()) {
      const started = performance.now();
      const target = targets[i];
      const result = await execute(notebook, { target, size, timeout });
      if (result.event === 'failed') failed++;
      print(verdict(relative(process.cwd(), notebook), result, performance.now() - started));
    }
    if (!inplace) print(`executed copies are in ${relative(process.cwd(), folder) || '.'}`);
    print(`${notebooks.length - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  },
});
