import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
    const replies = [];
    for (const id of stopping) replies.push((await kernel.finish(id)).reply);
    expect(replies.map(({ status }) => status)).toEqual(['error', 'aborted', 'aborted']);
    // As ipykernel answers: a front end would write a number beside a cell that never ran.
    expect(replies[1]).toEqual({ status: 'aborted' });
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
      expect((await kernel.execute("'later'")).result).toBe("'later'");
    }
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

test('no pattern of a history search takes long', async () => {
  await kernel.execute(`const long = '${'a'.repeat(60)}'`);
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
