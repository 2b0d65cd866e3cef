import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(
    "import { spawn } from 'node:child_process'; import { readFile } from 'node:fs'; import { EventEmitter } from 'node:events'; import vm from 'node:vm'; const wait = (ms: number) => new Promise((r) => setTimeout(r, ms)); const kept = 'kept'",
  );
}, 60_000);
afterAll(() => kernel.stop());

const run = (code: string): ReturnType<KernelClient['execute']> => kernel.execute(code);
const traceOf = ({ reply }: { reply: Record<string, unknown> }): string =>
  (reply.traceback as string[]).join('\n');

test('a type error shows code, message, line and caret, and nothing runs', async () => {
  const wrong = await run("console.log('ran')\nconst n: number = 'text'");
  expect(wrong.stdout).toBe('');
  expect(traceOf(wrong)).toContain("TS2322\u001b[0m: Type 'string' is not assignable to type 'number'.");
  expect(traceOf(wrong)).toContain("   2 | const n: number = 'text'\n     |       ^");
});

test('cells are strict: an implicit any and a possible undefined are refused', async () => {
  expect((await run('function loose(x) { return x }')).reply.evalue).toContain('TS7006');
  expect((await run('[1].find((x) => x > 1).toFixed()')).reply.evalue).toContain('TS2532');
});

test('a traceback has TypeScript lines, the cause, and no frames of the kernel or of Node', async () => {
  await run(
    'interface Gone { long: string }\nfunction inner(): never {\n  throw new TypeError("bad", { cause: new Error("why") })\n}',
  );
  const thrown = await run('const run = () => inner()\nrun()');
  expect(thrown.reply.ename).toBe('TypeError');
  expect(thrown.reply.evalue).toBe('bad');
  const trace = traceOf(thrown);
  expect(trace).toMatch(/inner \(cell \[\d+\]:3:9\)/);
  expect(trace).toMatch(/cell \[\d+\]:2:/);
  expect(trace).toContain('3 |   throw new TypeError("bad"');
  expect(trace).toMatch(/caused by .*Error.*: why/);
  expect(trace).not.toMatch(/node:|kernel|__cell|tsx/);
});

test('every error of an AggregateError is shown', async () => {
  expect(
    traceOf(await run("throw new AggregateError([new Error('a'), new TypeError('b')], 'both')")),
  ).toMatch(/both[^]*1 of 2[^]*: a[^]*2 of 2[^]*: b/);
});

test('what is thrown need not be an Error', async () => {
  expect((await run('throw { code: 5 }')).reply.evalue).toBe('{ code: 5 }');
});

test('an unhandled rejection and an error in a timer are shown, and the kernel goes on', async () => {
  const cell = await run(
    "void Promise.reject(new Error('nobody')); setTimeout(() => { throw new Error('in a timer') }, 1); await new Promise((r) => setTimeout(r, 60))",
  );
  expect(cell.stderr).toContain('nobody');
  expect(cell.stderr).toContain('in a timer');
  expect((await run('1')).result).toBe('1');
});

test("lines that begin with at are the writer's where no frame follows", async () => {
  const text = 'failed\\n  at step 3\\n  at 12:30:45\\nat noon';
  expect((await run(`console.error('${text}', new Error('here'))`)).stderr).toMatch(
    /^failed\n {2}at step 3\n {2}at 12:30:45\nat noon Error: here\n {4}at cell \[\d+\]:1:\d+\n$/,
  );
});

test.each([
  ['printed', 'try { boom() } catch (e) { console.error(e) }', 'stderr'],
  ['inside a result', '(() => { try { boom() } catch (e) { return new Map([[1, e]]) } })()', 'result'],
  [
    'with fields of its own',
    "try { boom() } catch (e) { console.error(Object.assign(e as Error, { code: 'E' })) }",
    'stderr',
  ],
] as const)('an error that is %s has frames in cells, and none of the kernel', async (_, code, where) => {
  await run("interface Pad { a: 1 }\n\nfunction boom(): never {\n  throw new Error('logged')\n}");
  const text = (await run(code))[where];
  expect(text).toMatch(/logged\n\s+at boom \(cell \[\d+\]:4:9\)\n/);
  expect(text).not.toMatch(/__cell|runner\.ts|node:/);
  if (code.includes('code')) expect(text).toContain("{\n  code: 'E'\n}");
});

test('late errors are shown under their own cells', async () => {
  const late: Record<string, string> = {
    'a timer': "setTimeout(() => { throw new Error('late') }, 600)",
    'a promise nobody awaits': "void (async () => { await wait(600); throw new Error('late') })()",
    "a file's callback": "setTimeout(() => readFile('package.json', () => { throw new Error('late') }), 600)",
    "an emitter's listener":
      "const e = new EventEmitter(); e.on('x', () => { throw new Error('late') }); globalThis.setTimeout(() => e.emit('x'), 600)",
    'a program that there is not': "setTimeout(() => spawn('late'), 600)",
    'a later tick': "setTimeout(() => process.nextTick(() => { throw new Error('late') }), 600)",
    'a microtask': "setTimeout(() => queueMicrotask(() => { throw new Error('late') }), 600)",
  };
  const ids: [string, string][] = [];
  for (const [from, code] of Object.entries(late)) ids.push([from, await kernel.startCell(`${code}; 0`)]);
  expect((await run('await wait(1200); 1')).stderr).toBe('');
  for (const [from, id] of ids) {
    const text = kernel.publishedFor(id).map(({ content }) => String(content.text ?? ''));
    expect(text.join(''), from).toMatch(/late/);
  }
});

test('an error of another realm, and both errors of a failed disposal, are shown', async () => {
  const foreign = await run('vm.runInNewContext(\'throw new TypeError("elsewhere")\')');
  expect([foreign.reply.ename, foreign.reply.evalue]).toEqual(['TypeError', 'elsewhere']);
  const both = await run(
    "{ using u = { [Symbol.dispose]() { throw new Error('disposing') } }; throw new TypeError('body') }",
  );
  expect(traceOf(both)).toMatch(/thrown last: .*disposing[^]*suppressed: .*body/);
});

test('messages name what the cell wrote', async () => {
  await run('const data: any = {}, five: any = 5');
  expect((await run('data.map(1)')).reply.evalue).toBe('data.map is not a function');
  expect((await run('five()')).reply.evalue).toBe('five is not a function');
});

test('what throws from a callback cannot be shown, and the kernel goes on', async () => {
  const cell = await run(
    "const bad: Error = new Error('x'); Object.defineProperty(bad, 'message', { get() { throw new Error('no') } }); readFile('package.json', () => { throw bad }); await wait(100)",
  );
  expect(cell.stderr).toContain('cannot be shown');
  expect((await run('kept')).result).toBe("'kept'");
});

test('an error that shows itself is shown before it is told, and one that cannot is told all the same', async () => {
  const show = "[Symbol.for('Jupyter.display')]";
  const good = await run(
    `throw Object.assign(new Error('no'), { ${show}: () => ({ 'text/html': '<i>why</i>' }) })`,
  );
  expect(good.outputs.map(({ content }) => content.data)).toEqual([{ 'text/html': '<i>why</i>' }, undefined]);
  expect(good.reply.evalue).toBe('no');
  const bad = await run(
    `throw Object.assign(new Error('no'), { ${show}: () => { throw new Error('never') } })`,
  );
  expect(bad.reply.evalue).toBe('no');
});

describe('globals that have types, and are not there when a cell runs, are refused before it runs:', () => {
  test.each([
    ['name', 'console.log(name)', /TS2304.*'name'/],
    ['a shorthand', 'const o = { name }', /TS2304.*'name'/],
    ['print, whatever it is given', "print('x')", /TS2304.*console\.log/],
    ['a class', 'new HTMLElement()', /TS2304.*'HTMLElement'/],
    ['what CommonJS has', '__dirname', /TS2304.*import\.meta\.dirname/],
    ['prompt', "prompt('Name?')", /TS2304.*input/],
  ])('%s', async (_, code, message) => {
    const { reply, stdout } = await run(code);
    expect(reply.evalue).toMatch(message);
    expect(stdout).toBe('');
  });

  test('names of the cell, members, types and questions are not', async () => {
    const { reply, result } = await run(
      `function f(name: string) { const open = { name, print: 1 }; return open.name + open.print }
      class Page { document() { return typeof document } }
      let element: HTMLElement | undefined; const { name: other } = { name: 'c' };
      [f('a'), new Page().document(), element, other, String('document' in globalThis), fetch.name, URL.name]`,
    );
    expect(reply.evalue).toBeUndefined();
    expect(result).toMatch(/^\[\s*'a1', +'undefined', +undefined,\s+'c', +'false', +'fetch',\s+'URL'\s*\]$/);
    expect((await run('let name = 2; name + 1')).result).toBe('3');
    expect((await run('name + 2')).result).toBe('4');
  });
});

test.each([
  ['a command for a shell', '!ls -la', "execSync('ls -la'"],
  ['a magic shell cell', '%%bash\nls', 'execSync'],
  ['a change of folder', '1\n%cd data', "process.chdir('data')"],
  ['a magic command', '%timeit f()', 'performance.now()'],
  ['a question', 'console.log?', 'Shift+Tab'],
  ['JSX', 'const page = <b className="x">{kept}</b>', 'html`'],
])('%s is told what to write instead', async (_, code, hint) => {
  const { reply } = await run(code);
  expect(reply.ename).toBe('TypeScriptError');
  expect(reply.evalue).toContain(hint);
});

test('code that only looks like a command is run', async () => {
  expect((await run('const off = false\n!off')).result).toBe('true');
  expect((await run('7\n% 4')).result).toBe('3');
  expect((await run('`\n!ls\n%cd x`.length')).result).toBe('10');
});
