import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
}, 60_000);
afterAll(() => kernel.stop());

describe('messages', () => {
  test('a message with a bad signature is ignored and logged', async () => {
    const bad = await kernel.send(
      'execute_request',
      { code: "console.log('forged')", silent: false },
      'shell',
      { signature: 'f'.repeat(64) },
    );
    await kernel.until(() => kernel.log.includes('bad signature'), 'the log line');
    expect((await kernel.execute('1')).result).toBe('1');
    expect(kernel.publishedFor(bad)).toEqual([]);
  });

  test('malformed messages never end the kernel', async () => {
    const junk: (string | Buffer)[][] = [
      [''],
      ['<IDS|MSG>'],
      ['<IDS|MSG>', '', '', '', ''],
      ['<IDS|MSG>', '', '{', '{', '{', '{'],
      [randomBytes(100), randomBytes(10_000)],
    ];
    for (const frames of junk) await kernel.sendFrames(frames);
    const noText = { toString: null };
    const contents = [{}, { code: 5 }, { code: noText }, { code: '1', user_expressions: { a: noText } }];
    for (const content of [...contents, { code: null, user_expressions: 7 }])
      await kernel.send('execute_request', content);
    for (const type of [
      'complete_request',
      'inspect_request',
      'history_request',
      'nonsense_request',
      'comm_open',
      'comm_msg',
      'constructor',
    ])
      for (const code of [3, noText]) await kernel.send(type, { code, cursor_pos: 'x', comm_id: 'c' });
    expect((await kernel.execute("'alive'")).result).toBe("'alive'");
  });

  test('the heartbeat echoes', async () => {
    expect(await kernel.beat('ping')).toBe('ping');
  });

  test('every message names the request it belongs to, between busy and idle', async () => {
    const id = await kernel.startCell("console.log('x'); 5");
    await kernel.finish(id);
    const all = kernel.publishedFor(id);
    expect(all.map(({ type }) => type)).toEqual([
      'status',
      'execute_input',
      'stream',
      'execute_result',
      'status',
    ]);
    expect(all[0]!.content.execution_state).toBe('busy');
    expect(all.at(-1)!.content.execution_state).toBe('idle');
    expect(all.every(({ header }) => header.version === '5.4')).toBe(true);
  });
});

describe('execution', () => {
  test('silent cells run without a trace, and without counting', async () => {
    const before = (await kernel.execute('1')).reply.execution_count as number;
    const silent = await kernel.execute("let quiet = 'set'; console.log('text'); 5", { silent: true });
    expect(silent.outputs).toEqual([]);
    const after = await kernel.execute('quiet');
    expect(after.result).toBe("'set'");
    expect(after.reply.execution_count).toBe(before + 1);
  });

  test('a cell outside the history does not count', async () => {
    const before = (await kernel.execute('1')).reply.execution_count as number;
    await kernel.execute("'unrecorded'", { store_history: false });
    const after = await kernel.execute('2');
    expect(after.reply.execution_count).toBe(before + 1);
    const { history } = (await kernel.request('history_request', {
      hist_access_type: 'tail',
      n: 2,
      output: true,
      raw: true,
    })) as { history: unknown[][] };
    expect(history.map((row) => row[2])).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  test('user expressions are evaluated after the cell', async () => {
    const { reply } = await kernel.execute('const ue = 20', {
      user_expressions: { good: 'ue * 2', bad: 'nothing_here' },
    });
    const { good, bad } = reply.user_expressions as Record<string, Record<string, unknown>>;
    expect(good).toMatchObject({ status: 'ok', data: { 'text/plain': '40' } });
    expect(bad).toMatchObject({ status: 'error', ename: 'TypeScriptError' });
  });

  test('cells queued behind a failing one are aborted, unless it is allowed to fail', async () => {
    const stopping = [
      await kernel.startCell("throw new Error('x')"),
      await kernel.startCell('1'),
      await kernel.startCell('2'),
    ];
    const statuses = [];
    for (const id of stopping) statuses.push((await kernel.finish(id)).reply.status);
    expect(statuses).toEqual(['error', 'aborted', 'aborted']);
    const going = [
      await kernel.startCell("throw new Error('x')", { stop_on_error: false }),
      await kernel.startCell('1'),
    ];
    const others = [];
    for (const id of going) others.push((await kernel.finish(id)).reply.status);
    expect(others).toEqual(['error', 'ok']);
  });

  test('displays are updated and outputs cleared through the host', async () => {
    const host =
      "const host = (globalThis as unknown as Record<symbol, { display(b: object, o?: object): void; clearOutput(w?: boolean): void }>)[Symbol.for('Jupyter.host')]!";
    const { outputs } = await kernel.execute(
      `${host}; host.display({ 'text/plain': 'one' }, { displayId: 'd1', metadata: { m: 1 } }); host.display({ 'text/plain': 'two' }, { displayId: 'd1', update: true }); host.clearOutput(true)`,
    );
    expect(outputs.map(({ type, content }) => [type, content.transient, content.wait])).toEqual([
      ['display_data', { display_id: 'd1' }, undefined],
      ['update_display_data', { display_id: 'd1' }, undefined],
      ['clear_output', undefined, true],
    ]);
    expect(outputs[0]!.content.metadata).toEqual({ m: 1 });
  });
});

describe('assistance', () => {
  const complete = (code: string): Promise<Record<string, unknown>> =>
    kernel.request('complete_request', { code, cursor_pos: [...code].length });

  test('members, names of earlier cells and exports of modules are completed', async () => {
    await kernel.execute('const alphabet = { aleph: 1, beth: 2 }');
    expect((await complete('alphabet.al')).matches).toEqual(['aleph']);
    expect((await complete('alphab')).matches).toEqual(['alphabet']);
    const before = async (text: string, rest: string) =>
      (await kernel.request('complete_request', { code: text + rest, cursor_pos: text.length })).matches;
    expect(await before('import { basena', " } from 'node:path'")).toEqual(['basename']);
    expect(await before("import {} from 'node:path/po", "'")).toEqual(['posix']);
  });

  test('a comment of JSDoc is completed: its tags, and the names of parameters', async () => {
    const before = async (code: string, rest: string): Promise<unknown> =>
      (await kernel.request('complete_request', { code: code + rest, cursor_pos: code.length })).matches;
    const rest = ' */ function f(abscissa: number) {}';
    expect(await before('/** @retur', rest)).toContain('returns');
    expect(await before('/** @param abs', rest)).toEqual(['abscissa']);
  });

  test('cursor positions count code points', async () => {
    const reply = await complete("const grin = '😀😀'; Math.hypo");
    expect(reply.matches).toEqual(['hypot']);
    expect([reply.cursor_start, reply.cursor_end]).toEqual([24, 28]);
  });

  test('a completed name is said to be what an earlier cell declared', async () => {
    const cell = [
      'const kindC = 1; let kindL = 2; function kindF() {} class kindK {} enum kindE { A }',
      'interface kindI {} type kindT = 1; namespace kindN { export const x = 1 }',
      "import * as kindM from 'node:fs'; import { join as kindJ } from 'node:path';",
    ];
    await kernel.execute(cell.join('\n'));
    const kinds = async (code: string): Promise<object> => {
      const { metadata } = (await complete(code)) as { metadata: Record<string, unknown> };
      const items = metadata._jupyter_types_experimental as { text: string; type: string }[];
      return Object.fromEntries(items.map(({ text, type }) => [text, type]));
    };
    expect(await kinds('kind')).toEqual({
      ...{ kindC: 'const', kindE: 'enum', kindF: 'function', kindJ: 'function' },
      ...{ kindK: 'class', kindL: 'let', kindM: 'module', kindN: 'module' },
    });
    expect(await kinds('let x: kind')).toMatchObject({ kindI: 'interface', kindT: 'type', kindK: 'class' });
  });

  test('completion and inspection answer while a cell keeps the kernel busy', async () => {
    const id = await kernel.startCell("console.log('busy'); for (;;) {}");
    await kernel.until(
      () => kernel.publishedFor(id).some(({ type }) => type === 'stream'),
      'the cell to run',
    );
    expect((await complete('Math.hypo')).matches).toEqual(['hypot']);
    const inspected = await kernel.request('inspect_request', {
      code: 'parseFloat',
      cursor_pos: 4,
      detail_level: 0,
    });
    expect((inspected.data as Record<string, string>)['text/markdown']).toContain(
      'function parseFloat(string: string): number',
    );
    await kernel.request('interrupt_request', {}, 'control');
    await kernel.finish(id);
  });

  test('inspection shows a name of an earlier cell as it was declared there', async () => {
    await kernel.execute(
      '/** Once more. */ function again(n: number) { return n } class Turn {} const turns = [1]',
    );
    const shown = async (code: string): Promise<string> => {
      const { data } = await kernel.request('inspect_request', {
        code,
        cursor_pos: code.length,
        detail_level: 0,
      });
      return (data as Record<string, string>)['text/plain']!;
    };
    expect(await shown('again')).toBe('function again(n: number): number\n\nOnce more.');
    expect(await shown('Turn')).toBe('class Turn');
    expect(await shown('turns')).toBe('const turns: number[]');
  });

  test('inspection inside a call shows its signature, with documentation', async () => {
    await kernel.execute(
      '/** Adds.\n * @param a the first */\nfunction add(a: number, b: number) { return a + b }',
    );
    const { found, data } = await kernel.request('inspect_request', {
      code: 'add(1, ',
      cursor_pos: 7,
      detail_level: 0,
    });
    expect(found).toBe(true);
    expect((data as Record<string, string>)['text/plain']).toMatch(/add\(a: number, b: number\)[^]*Adds\./);
  });

  test('unfinished code says how far to indent', async () => {
    expect(await kernel.request('is_complete_request', { code: 'if (1) {\n  f(' })).toEqual({
      status: 'incomplete',
      indent: '    ',
    });
    expect((await kernel.request('is_complete_request', { code: 'await 1' })).status).toBe('complete');
  });

  test('a silent cell opens its comm like any other', async () => {
    const open = "import { openComm } from 'scorebook/kernel'; openComm('quiet', { n: 1 }).close(); 'unseen'";
    const { outputs } = await kernel.execute(open, { silent: true });
    expect(outputs.map(({ type }) => type)).toEqual(['comm_open', 'comm_close']);
    expect(outputs[0]!.content).toMatchObject({ target_name: 'quiet', data: { n: 1 } });
  });

  test('a comm to a target that no cell has named is closed', async () => {
    expect(await kernel.request('comm_info_request', {})).toEqual({ status: 'ok', comms: {} });
    const id = await kernel.send('comm_open', { comm_id: 'c1', target_name: 'none', data: {} });
    await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'comm_close'), 'comm_close');
  });
});

test('shutdown for a restart is told to every client, and ends the process', async () => {
  const other = await KernelClient.start();
  await other.execute('const kept = 1');
  const ended = new Promise((resolve) => other.child.once('exit', resolve));
  const restart = { status: 'ok', restart: true };
  expect(await other.request('shutdown_request', { restart: true }, 'control')).toEqual(restart);
  const told = () => other.published.find(({ type }) => type === 'shutdown_reply');
  await other.until(() => told() !== undefined, 'word of it to every client');
  expect(told()!.content).toEqual(restart);
  expect(await ended).toBe(0);
  await other.stop();
});

test('shutdown ends the process, a busy one too', async () => {
  const other = await KernelClient.start();
  await other.startCell('for (;;) {}');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await other.stop();
  expect(other.child.exitCode !== null || other.child.signalCode !== null).toBe(true);
});
