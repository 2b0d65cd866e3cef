import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let folder: string;
let kernel: KernelClient;
let edits = 0;

/** Writes a module; its time of change differs from every earlier one, however coarse the file system's clock. */
function write(name: string, text: string): void {
  const file = join(folder, name);
  writeFileSync(file, text);
  const time = Date.now() / 1000 + ++edits;
  utimesSync(file, time, time);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernel-modules-'));
  mkdirSync(join(folder, 'notebooks'));
  mkdirSync(join(folder, 'src'));
  kernel = await KernelClient.start(join(folder, 'notebooks'));
}, 60_000);

afterAll(async () => {
  await kernel.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a module above the notebook is imported, with or without its extension', async () => {
  write('src/one.ts', 'export const one: number = 1;\n');
  expect((await kernel.execute("import { one } from '../src/one.ts'; one")).result).toBe('1');
  expect((await kernel.execute("import { one } from '../src/one'; one + 1")).result).toBe('2');
});

test('an edit is used at the next import, also by modules that depend on the edited one', async () => {
  write('src/leaf.ts', "export const leaf = 'first';\n");
  write(
    'src/middle.ts',
    "import { leaf } from './leaf.ts';\nexport const middle = () => `middle of ${leaf}`;\n",
  );
  const cell = "import { middle } from '../src/middle.ts'; middle()";
  expect((await kernel.execute(cell)).result).toBe("'middle of first'");
  write('src/leaf.ts', "export const leaf = 'second';\n");
  expect((await kernel.execute(cell)).result).toBe("'middle of second'");
});

test('an edit changes the types that later cells are checked with', async () => {
  write('src/typed.ts', 'export const typed: number = 1;\n');
  const cell = "import { typed } from '../src/typed.ts'; typed.toFixed(1)";
  expect((await kernel.execute(cell)).result).toBe("'1.0'");
  write('src/typed.ts', "export const typed: string = 'text';\n");
  expect((await kernel.execute(cell)).reply.evalue).toContain(
    "Property 'toFixed' does not exist on type 'string'",
  );
});

test('an edit of data or of a JavaScript module is used at the next import, by dependents too', async () => {
  write('src/rates.json', '{ "rate": 1 }');
  write('src/plain.mjs', 'export const plain = "first";\n');
  write('src/reader.ts', "import rates from './rates.json';\nexport const read = () => rates.rate;\n");
  const cell = `import rates from '../src/rates.json'; import { read } from '../src/reader.ts';
    import { plain } from '../src/plain.mjs'; [rates.rate, read(), plain].join()`;
  expect((await kernel.execute(cell)).result).toBe("'1,1,first'");
  write('src/rates.json', '{ "rate": 22 }');
  expect((await kernel.execute(cell)).result).toBe("'22,22,first'");
  write('src/plain.mjs', 'export const plain = "second";\n');
  expect((await kernel.execute(cell)).result).toBe("'22,22,second'");
  write('src/rates.json', '{ "rate": "many" }');
  expect((await kernel.execute(cell)).result).toBe("'many,many,second'");
});

test('a module that was not edited keeps its state', async () => {
  write('src/state.ts', 'let n = 0;\nexport const next = () => ++n;\n');
  const cell = "import { next } from '../src/state.ts'; next()";
  expect((await kernel.execute(cell)).result).toBe('1');
  expect((await kernel.execute(cell)).result).toBe('2');
});

test('modules that import each other are loaded once, and again after an edit', async () => {
  write(
    'src/even.ts',
    "import { odd } from './odd.ts';\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);\n",
  );
  write(
    'src/odd.ts',
    "import { even } from './even.ts';\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);\n",
  );
  const cell = "import { even } from '../src/even.ts'; even(10)";
  expect((await kernel.execute(cell)).result).toBe('true');
  write(
    'src/odd.ts',
    "import { even } from './even.ts';\nexport const odd = (n: number): boolean => n < 0 && even(n - 1);\n",
  );
  expect((await kernel.execute(cell)).result).toBe('false');
});

test('an error thrown in a module is traced to its TypeScript line', async () => {
  write(
    'src/thrower.ts',
    'interface Padding {\n  lines: number;\n}\n\nexport function thrower(): never {\n  throw new RangeError("deep");\n}\n',
  );
  const { reply } = await kernel.execute("import { thrower } from '../src/thrower.ts'\nthrower()");
  const traceback = (reply.traceback as string[]).join('\n');
  expect(traceback).toMatch(/at .*thrower \(.*src\/thrower\.ts:6:9\)/);
  expect(traceback).toMatch(/cell \[\d+\]:2:\d+/);
  expect(traceback).not.toMatch(/node:|src\/kernel|tsx/);
});

test('a syntax error in a module names its file and line', async () => {
  write('src/broken.ts', 'export const fine = 1;\nexport const = 2;\n');
  const { reply } = await kernel.execute("import { fine } from '../src/broken.ts'; fine");
  expect(reply.status).toBe('error');
  expect(`${String(reply.evalue)}${(reply.traceback as string[]).join('\n')}`).toMatch(/src\/broken\.ts:2/);
});

test('packages of both module kinds, built-ins and JSON are imported', async () => {
  write('src/data.json', '{ "answer": 42 }');
  const cjs = await kernel.execute("import ts from 'typescript'; ts.version.split('.')[0]");
  expect(cjs.result).toBe("'6'");
  const esm = await kernel.execute("import * as vegaLite from 'vega-lite'; typeof vegaLite.compile");
  expect(esm.result).toBe("'function'");
  const builtIn = await kernel.execute("import { basename } from 'node:path'; basename('/a/b')");
  expect(builtIn.result).toBe("'b'");
  const json = await kernel.execute("import data from '../src/data.json'; data.answer");
  expect(json.result).toBe('42');
});

test('a module that does not exist is refused before anything runs', async () => {
  const { reply, stdout } = await kernel.execute("console.log('ran'); import { a } from './nowhere.ts'; a");
  expect(reply.evalue).toContain('TS2307');
  expect(stdout).toBe('');
});

test('a module and a package that appear while the kernel runs are found', async () => {
  const cell = "import { late } from 'late-package'; late";
  expect((await kernel.execute(cell)).reply.status).toBe('error');
  mkdirSync(join(folder, 'node_modules/late-package'), { recursive: true });
  write(
    'node_modules/late-package/package.json',
    '{ "name": "late-package", "version": "1.0.0", "type": "module", "main": "index.js", "types": "index.d.ts" }',
  );
  write('node_modules/late-package/index.js', 'export const late = "here";\n');
  write('node_modules/late-package/index.d.ts', 'export const late: string;\n');
  expect((await kernel.execute(cell)).result).toBe("'here'");
});

test('dynamic import is relative to the notebook', async () => {
  write('src/dynamic.ts', 'export default 7;\n');
  expect((await kernel.execute("(await import('../src/dynamic.ts')).default")).result).toBe('7');
});

test('a package gives types and code by the conditions of its exports', async () => {
  mkdirSync(join(folder, 'node_modules/conditional/lib'), { recursive: true });
  const entry = { types: './lib/index.d.mts', import: './lib/index.mjs', require: './lib/index.cjs' };
  write(
    'node_modules/conditional/package.json',
    JSON.stringify({ name: 'conditional', version: '1.0.0', exports: { '.': entry } }),
  );
  write('node_modules/conditional/lib/index.mjs', "export const kind = 'module';\n");
  write('node_modules/conditional/lib/index.cjs', "exports.kind = 'commonjs';\n");
  write('node_modules/conditional/lib/index.d.mts', "export const kind: 'module';\n");
  const cell = "import { kind } from 'conditional'; const checked: 'module' = kind; checked";
  expect((await kernel.execute(cell)).result).toBe("'module'");
  const hidden = await kernel.execute("import 'conditional/lib/index.mjs'");
  expect(hidden.reply.evalue).toMatch(/conditional\/lib\/index\.mjs/);
});

test('import.meta tells where the notebook lies', async () => {
  const notebooks = join(folder, 'notebooks');
  expect((await kernel.execute('import.meta.dirname')).result).toBe(`'${notebooks}'`);
  expect((await kernel.execute("new URL('.', import.meta.url).pathname")).result).toBe(`'${notebooks}/'`);
  write('src/place.ts', 'export const place = import.meta.url;\n');
  const cell = "import { place } from '../src/place.ts'; place";
  expect((await kernel.execute(cell)).result).toBe(`'file://${join(folder, 'src/place.ts')}'`);
});

test('an export of types alone loads nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-odd-'));
  writeFileSync(join(folder, 'types.d.ts'), 'export interface Only { a: 1 }');
  expect((await kernel.execute(`export { Only } from '${folder}/types'; 1`)).result).toBe('1');
  rmSync(folder, { recursive: true, force: true });
});

test('a module that is named .cts is a CommonJS one; a URL is resolved to itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-odd-'));
  writeFileSync(join(folder, 'old.cts'), 'export const where: string = __dirname;');
  expect((await kernel.execute(`import { where } from '${folder}/old.cts'; where`)).result).toBe(
    `'${folder}'`,
  );
  const url = 'file:///there/x.ts';
  expect((await kernel.execute(`import.meta.resolve('${url}')`)).result).toBe(`'${url}'`);
  rmSync(folder, { recursive: true, force: true });
});

test('a worker runs a TypeScript file, with what it imports', async () => {
  write('src/part.ts', 'export enum Part { first = 7 }\n');
  write(
    'src/worker.ts',
    "import { parentPort, workerData } from 'node:worker_threads';\nimport { Part } from './part';\nconst given: number = workerData;\nparentPort!.postMessage(given + Part.first);\n",
  );
  const { result, reply } =
    await kernel.execute(`import { Worker } from 'node:worker_threads'; import { once } from 'node:events';
    const worker = new Worker(new URL('../src/worker.ts', import.meta.url), { workerData: 1 });
    const [sum] = await once(worker, 'message'); [sum, Worker.name, worker instanceof Worker]`);
  expect(reply.evalue).toBeUndefined();
  expect(result).toBe("[ 8, 'Worker', true ]");
});
