/** What few cells do, and none must pay for: odd values, odd code, odd moments. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(
    "import { bundle, input, json, openComm, show } from 'scorebook/kernel'; import { spawn } from 'node:child_process'; import { readFile } from 'node:fs'; import { EventEmitter } from 'node:events'; import vm from 'node:vm'; const wait = (ms: number) => new Promise((r) => setTimeout(r, ms)); const kept = 'kept'",
  );
}, 60_000);
afterAll(() => kernel.stop());

const run = (code: string): ReturnType<KernelClient['execute']> => kernel.execute(code);
const lives = async (): Promise<void> => expect((await run('kept')).result).toBe("'kept'");
const traceOf = ({ reply }: { reply: Record<string, unknown> }): string =>
  (reply.traceback as string[]).join('\n');

describe('what JSON cannot hold is an error of its cell', () => {
  test.each([
    ['content', 'await show(json(5n))', 'application/json cannot be written as JSON'],
    [
      'content that refers to itself',
      'const a: unknown[] = []; a.push(a); await show(bundle({ x: a }))',
      'circular',
    ],
    ['an id', 'await show(1, { displayId: 5n as never })', 'displayId is a text'],
    ['an update of nothing', 'await show(1, { update: true })', 'displayId'],
    ["a comm's data", "openComm('t', { n: 1n })", "a comm's data cannot be written as JSON"],
    ["a comm's metadata", "openComm('t', {}, { metadata: { n: 1n } })", "a comm's metadata"],
    [
      "a comm's buffers",
      "openComm('t', {}, { buffers: ['text' as never] })",
      'typed arrays or array buffers',
    ],
  ])('%s', async (_, code, message) => {
    const { reply } = await run(code);
    expect([reply.status, String(reply.evalue)]).toEqual(['error', expect.stringContaining(message)]);
    await lives();
  });

  test('and where it is a result, its text is shown', async () => {
    expect((await run('({ data: [{ x: 1n }], layout: {} })')).result).toBe(
      '{ data: [ { x: 1n } ], layout: {} }',
    );
  });
});

describe('results that throw when they are looked at are shown as Node shows them', () => {
  test.each([
    ["({ get data(): number { throw new Error('no') }, a: 1 })", '{ data: [Getter], a: 1 }'],
    [
      "[{ get a(): number { throw new Error('no') } }, { get a() { return 1 } }]",
      '[ { a: [Getter] }, { a: [Getter] } ]',
    ],
    ["new Proxy({ a: 1 }, { get(_, key) { if (key !== 'then') throw new Error('no') } })", '{ a: 1 }'],
  ])('%s', async (code, text) => {
    expect((await run(code)).result).toBe(text);
  });

  test('what throws from a callback cannot be shown, and the kernel goes on', async () => {
    const cell = await run(
      "const bad: Error = new Error('x'); Object.defineProperty(bad, 'message', { get() { throw new Error('no') } }); readFile('package.json', () => { throw bad }); await wait(100)",
    );
    expect(cell.stderr).toContain('cannot be shown');
    await lives();
  });
});

test('a long text comes in parts, none of which ends inside a character', async () => {
  const { outputs, stdout } = await run("process.stdout.write('x' + '\\u{1F600}'.repeat(2 ** 21)); 0");
  const parts = outputs.filter(({ type }) => type === 'stream').map(({ content }) => String(content.text));
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.some((part) => /[\uD800-\uDBFF]$/.test(part))).toBe(false);
  expect(stdout).toBe('x' + '\u{1F600}'.repeat(2 ** 21));
});

test('a log that nobody reads does not end the kernel', async () => {
  // What the shell starts has a pipe for its stderr whose other end stays open, and is not read.
  const other = await KernelClient.start(undefined, undefined, 'ignored');
  try {
    for (let i = 0; i < 3000; i++) await other.sendFrames(['<IDS|MSG>', 'no', 'message', `${i}`, '{}', '{}']);
    expect((await other.execute('1 + 1')).result).toBe('2');
  } finally {
    await other.stop();
  }
}, 30_000);

test('no pattern of a history search takes long', async () => {
  await run(`const long = '${'a'.repeat(60)}'`);
  const search = async (pattern: string): Promise<unknown[]> =>
    (
      await kernel.request('history_request', {
        hist_access_type: 'search',
        pattern,
        output: false,
        raw: true,
      })
    ).history as unknown[];
  expect(await search(`${'*a'.repeat(12)}*b_`)).toEqual([]);
  expect(await search('*const*long = ?a*')).toHaveLength(1);
  expect(await search('const long')).toEqual([]);
  expect(await search('*')).not.toEqual([]);
});

describe('code', () => {
  test.each([
    [
      'export default of a function without a name',
      'export default function (n: number) { return n }',
      /^\[Function/,
    ],
    ['export default of a class without a name', 'export default class { n = kept }', /^\[class/],
    ['export from a module, which is loaded', "export { join } from 'node:path'; 1", /^1$/],
    ['a semicolon after the last expression', '5;;', /^5$/],
  ])('%s', async (_, code, result) => {
    expect((await run(code)).result).toMatch(result);
  });

  test('each variable of a statement that throws is kept if it was reached', async () => {
    await run("const reached = 1, failing = (() => { throw new Error('b') })(), beyond = 3");
    expect((await run('reached')).result).toBe('1');
    expect((await run('beyond')).reply.evalue).toContain('TS2304');
  });

  test('a let of an earlier cell is shown with its comment', async () => {
    await run('/** How far it is. */\nlet far = 1');
    const { data } = await kernel.request('inspect_request', { code: 'far', cursor_pos: 3, detail_level: 0 });
    expect(data).toHaveProperty(['text/plain'], expect.stringContaining('How far it is.'));
  });

  test('an export of types alone loads nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-odd-'));
    writeFileSync(join(folder, 'types.d.ts'), 'export interface Only { a: 1 }');
    expect((await run(`export { Only } from '${folder}/types'; 1`)).result).toBe('1');
    rmSync(folder, { recursive: true, force: true });
  });

  test('a module that is named .cts is a CommonJS one; a URL is resolved to itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-odd-'));
    writeFileSync(join(folder, 'old.cts'), 'export const where: string = __dirname;');
    expect((await run(`import { where } from '${folder}/old.cts'; where`)).result).toBe(`'${folder}'`);
    const url = 'file:///there/x.ts';
    expect((await run(`import.meta.resolve('${url}')`)).result).toBe(`'${url}'`);
    rmSync(folder, { recursive: true, force: true });
  });

  test('messages name what the cell wrote', async () => {
    await run('const data: any = {}, five: any = 5');
    expect((await run('data.map(1)')).reply.evalue).toBe('data.map is not a function');
    expect((await run('five()')).reply.evalue).toBe('five is not a function');
  });

  test.each([
    ['a template', 'function f() {\n  const s = `${1}`;', { status: 'incomplete', indent: '  ' }],
    [
      'brackets in a regular expression',
      'const r = /[{(]/; if (r) {',
      { status: 'incomplete', indent: '  ' },
    ],
    ['a text without an end, which no line can give it', "const s = 'abc", { status: 'invalid', indent: '' }],
    ['a template without an end', 'const s = `abc', { status: 'incomplete', indent: '' }],
  ])('is_complete: %s', async (_, code, answer) => {
    expect(await kernel.request('is_complete_request', { code })).toEqual(answer);
  });
});

describe('errors', () => {
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
      "a file's callback":
        "setTimeout(() => readFile('package.json', () => { throw new Error('late') }), 600)",
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
});

describe('interrupts', () => {
  const interrupt = () => kernel.request('interrupt_request', {}, 'control');
  const looping = async (code: string): Promise<string> => {
    const id = await kernel.startCell(`console.log('runs'); ${code}`);
    await kernel.until(
      () => kernel.publishedFor(id).some(({ type }) => type === 'stream'),
      'the cell to run',
    );
    return id;
  };

  test('of a cell that waits behind a late loop: the next one runs', async () => {
    await run('setTimeout(() => { for (;;) {} }, 100); 0');
    await sleep(300);
    const id = await kernel.startCell("'never'");
    await sleep(5);
    await interrupt();
    expect((await kernel.finish(id)).reply.ename).toBe('Interrupted');
    await lives();
  });

  test('of a late loop that comes again and again: one is enough', async () => {
    await run('setInterval(() => { for (;;) {} }, 100); 0');
    await sleep(300);
    await interrupt();
    await lives();
    await sleep(300);
    await lives();
  });

  test('that comes while the one before is being settled', async () => {
    for (let i = 0; i < 6; i++) {
      const first = await looping(
        'const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { for (;;) {} }; port2.postMessage(1); for (;;) {}',
      );
      await interrupt();
      await kernel.finish(first);
      const second = await kernel.startCell('for (;;) {}');
      await sleep(4 + 16 * i);
      await interrupt();
      expect((await kernel.finish(second)).reply.ename).toBe('Interrupted');
    }
    await lives();
  }, 30_000);
});

test('cells that arrive behind a failing one are aborted up to its reply, and none of them runs before', async () => {
  for (let round = 0; round < 5; round++) {
    const failing = await kernel.startCell('throw 1');
    const sent: string[] = [];
    for (let i = 0; i < 12; i++) {
      if (i > 2) await sleep(1);
      sent.push(await kernel.startCell(`${i}`));
    }
    expect((await kernel.finish(failing)).reply.status).toBe('error');
    const states: unknown[] = [];
    for (const id of sent) states.push((await kernel.finish(id)).reply.status);
    const aborted = states.filter((state) => state === 'aborted').length;
    expect(aborted).toBeGreaterThan(2);
    expect(states).toEqual([
      ...Array<string>(aborted).fill('aborted'),
      ...Array<string>(12 - aborted).fill('ok'),
    ]);
    expect((await run("'later'")).result).toBe("'later'");
  }
});

test('two questions at once are answered in order, by a client that does not say which', async () => {
  const before = kernel.questions.length;
  await kernel.execute("void input('for nobody').catch(() => {}); 0", { allow_stdin: true });
  const id = await kernel.startCell("await Promise.all([input('a'), input('b')])", { allow_stdin: true });
  await kernel.until(() => kernel.questions.length === before + 3, 'the questions');
  for (const value of ['1', '2']) await kernel.send('input_reply', { value }, 'stdin');
  expect((await kernel.finish(id)).result).toBe("[ '1', '2' ]");
});

test('an answer to an interrupted question is none to the next', async () => {
  const before = kernel.questions.length;
  const first = await kernel.startCell("await input('first?')", { allow_stdin: true });
  await kernel.until(() => kernel.questions.length > before, 'the first question');
  await kernel.request('interrupt_request', {}, 'control');
  await kernel.finish(first);
  const second = await kernel.startCell("await input('second?')", { allow_stdin: true });
  await kernel.until(() => kernel.questions.length > before + 1, 'the second question');
  const [old, open] = kernel.questions.slice(before);
  await kernel.send('input_reply', { value: 'old' }, 'stdin', { parent: old!.header });
  await kernel.send('input_reply', { value: 'new' }, 'stdin', { parent: open!.header });
  expect((await kernel.finish(second)).result).toBe("'new'");
});

describe("the project's tsconfig.json", () => {
  const inProject = async (
    options: object,
    body: (other: KernelClient, file: string) => Promise<void>,
  ): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-odd-'));
    const file = join(folder, 'tsconfig.json');
    writeFileSync(file, JSON.stringify({ compilerOptions: options }));
    const other = await KernelClient.start(folder);
    try {
      await body(other, file);
    } finally {
      await other.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test('may say what no cell can follow', async () => {
    const options = {
      ...{ noEmitOnError: true, emitDeclarationOnly: true, declarationMap: true, declaration: true },
      ...{ importHelpers: true, noEmitHelpers: true, target: 'es2015', stripInternal: true },
    };
    await inProject(options, async (other) => {
      const cell = await other.execute(
        "import { readFileSync } from 'node:fs'; { using u = { [Symbol.dispose]() { console.log('disposed') } } } /** @internal */ const n: number = await 5; [n, typeof readFileSync, process.argv.length > 0]",
      );
      expect([cell.reply.evalue, cell.stdout, cell.result]).toEqual([
        undefined,
        'disposed\n',
        "[ 5, 'function', true ]",
      ]);
      const thrown = await other.execute('interface Pad { a: 1 }\n\nnull!; throw new Error(`${n}`)');
      expect(traceOf(thrown)).toMatch(/cell \[2\]:3:14/);
    });
  }, 30_000);

  test('is used as soon as it is edited, and what it extends as soon as it is there', async () => {
    const loose = 'function f(x) { return x }; f(1)';
    await inProject({ strict: true }, async (other, file) => {
      const edit = async (text: string, name = file): Promise<void> => {
        await sleep(20); // for a later time of the edit
        writeFileSync(name, text);
      };
      expect((await other.execute(loose)).reply.evalue).toContain('TS7006');
      await edit('{ "extends": "./base.json" }');
      expect((await other.execute(loose)).reply.evalue).toContain('base.json');
      await edit('{ "compilerOptions": { "strict": false } }', join(file, '../base.json'));
      expect((await other.execute(loose)).result).toBe('1');
      rmSync(file);
      expect((await other.execute(loose)).reply.evalue).toContain('TS7006');

      for (const target of ['es2015', 'esnext', undefined]) {
        await edit(JSON.stringify({ compilerOptions: { target, strict: true } }));
        const { result, stdout } = await other.execute(
          "{ using u = { [Symbol.dispose]() { console.log('disposed') } } } await 5",
        );
        expect([target, stdout, result]).toEqual([target, 'disposed\n', '5']);
        const newer = await other.execute('[2, 1].toSorted()');
        if (target === 'es2015') expect(newer.reply.evalue).toContain('TS2550');
        else expect(newer.result).toBe('[ 1, 2 ]');
      }
    });
  }, 60_000);
});

test('a kernel ends with the process that Jupyter names', async () => {
  const server = spawn('sleep', ['60']);
  const other = await KernelClient.start(undefined, undefined, 'read', {
    JPY_PARENT_PID: String(server.pid),
  });
  const ended = new Promise((resolve) => other.child.once('exit', (_, signal) => resolve(signal)));
  expect((await other.execute('1')).result).toBe('1');
  server.kill();
  expect(await ended).toBe('SIGKILL');
  await other.stop();
}, 30_000);
