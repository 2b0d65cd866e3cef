import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(
    "import { bundle, html, input, json, latex, markdown, onComm, openComm, password, plotly, png, show, svg, vegaLite } from 'scorebook/kernel'; import { exec, execSync, spawn, spawnSync } from 'node:child_process'; import { readFile } from 'node:fs'; import { EventEmitter } from 'node:events'; const wait = (ms: number) => new Promise((r) => setTimeout(r, ms))",
  );
}, 60_000);
afterAll(() => kernel.stop());

describe('input', () => {
  test('a cell asks the client that runs it, and hides a password', async () => {
    const id = await kernel.startCell(
      "const name = await input('Name? '); [name, await password('Secret: ')]",
      {
        allow_stdin: true,
      },
    );
    for (const [i, value] of ['Ann', 'hush'].entries()) {
      await kernel.until(() => kernel.questions.length > i, 'the question');
      await kernel.send('input_reply', { value }, 'stdin');
    }
    expect((await kernel.finish(id)).result).toBe("[ 'Ann', 'hush' ]");
    expect(kernel.questions.map(({ type, content, parent }) => [type, content, parent])).toEqual([
      ['input_request', { prompt: 'Name? ', password: false }, id],
      ['input_request', { prompt: 'Secret: ', password: true }, id],
    ]);
  });

  test('where nobody can type, the cell fails and says why', async () => {
    expect((await kernel.execute('await input()')).reply.evalue).toContain('allow_stdin');
  });

  test('a cell that waits for an answer is interrupted, and the next question gets the next answer', async () => {
    const before = kernel.questions.length;
    const id = await kernel.startCell('await input()', { allow_stdin: true });
    await kernel.until(() => kernel.questions.length > before, 'the question');
    await kernel.request('interrupt_request', {}, 'control');
    expect((await kernel.finish(id)).reply.ename).toBe('Interrupted');
    const next = await kernel.startCell('await input()', { allow_stdin: true });
    await kernel.until(() => kernel.questions.length > before + 1, 'the second question');
    await kernel.send('input_reply', { value: 'second' }, 'stdin');
    expect((await kernel.finish(next)).result).toBe("'second'");
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
});

describe('comms', () => {
  test('messages and buffers go both ways, and outputs belong to the message', async () => {
    await kernel.execute(
      "onComm('echo', (comm, { data }) => { console.log('opened', data); comm.onMessage = ({ data, buffers }) => comm.send({ back: data }, { buffers }); comm.onClose = () => console.log('closed') })",
    );
    const done = (id: string): Promise<void> =>
      kernel.until(
        () => kernel.publishedFor(id).some(({ content }) => content.execution_state === 'idle'),
        'the handler to end',
      );
    const opened = await kernel.send('comm_open', { comm_id: 'c', target_name: 'echo', data: 1 });
    await done(opened);
    expect(kernel.publishedFor(opened).map(({ content }) => content.text)).toContain('opened 1\n');
    expect(await kernel.request('comm_info_request', {})).toEqual({
      status: 'ok',
      comms: { c: { target_name: 'echo' } },
    });
    const said = await kernel.send('comm_msg', { comm_id: 'c', data: { x: [2] } }, 'shell', {
      buffers: [Buffer.from('bytes')],
    });
    await done(said);
    const answer = kernel.publishedFor(said).find(({ type }) => type === 'comm_msg')!;
    expect(answer.content).toEqual({ comm_id: 'c', data: { back: { x: [2] } } });
    expect(answer.buffers.map(String)).toEqual(['bytes']);
    const closed = await kernel.send('comm_close', { comm_id: 'c', data: {} });
    await done(closed);
    expect(kernel.publishedFor(closed).map(({ content }) => content.text)).toContain('closed\n');
    expect(await kernel.request('comm_info_request', {})).toEqual({ status: 'ok', comms: {} });
  });

  test('a cell opens a comm to the front end, and closes it', async () => {
    const { outputs } = await kernel.execute("const c = openComm('panel', { a: 1 }); c.send([2]); c.close()");
    expect(outputs.map(({ type, content }) => [type, content.target_name, content.data])).toEqual([
      ['comm_open', 'panel', { a: 1 }],
      ['comm_msg', undefined, [2]],
      ['comm_close', undefined, {}],
    ]);
    expect((await kernel.execute('c.send(1)')).reply.evalue).toBe('The comm to panel is closed.');
  });

  test('a handler that loops is interrupted', async () => {
    await kernel.execute("onComm('loop', () => { for (;;) {} })");
    const id = await kernel.send('comm_open', { comm_id: 'l', target_name: 'loop', data: {} });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await kernel.request('interrupt_request', {}, 'control');
    await kernel.until(
      () => kernel.publishedFor(id).some(({ content }) => content.execution_state === 'idle'),
      'the handler to end',
    );
    expect((await kernel.execute('1 + 1')).result).toBe('2');
  });
});

describe('output of others', () => {
  test('what a child process inherits is the output of the cell, in order with its own', async () => {
    expect(
      (
        await kernel.execute(
          "console.log('before'); execSync('echo child', { stdio: 'inherit' }); console.log('after')",
        )
      ).stdout,
    ).toBe('before\nchild\nafter\n');
    const both = await kernel.execute(
      "await new Promise((r) => spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: 'inherit' }).on('close', r)); spawnSync('sh', ['-c', 'exit 3'], { stdio: 'inherit' }).status",
    );
    expect([both.stdout, both.stderr, both.result]).toEqual(['out\n', 'err\n', '3']);
  });

  test('it arrives while the cell waits for the child', async () => {
    const id = await kernel.startCell("execSync('echo early; sleep 2', { stdio: 'inherit' })");
    await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the early line');
    expect(kernel.publishedFor(id).some(({ content }) => content.execution_state === 'idle')).toBe(false);
    await kernel.finish(id);
  });

  test.each([
    ['a child process', "exec('sleep 0.3', () => console.log('late'))"],
    ['a file', "setTimeout(() => readFile('package.json', () => console.log('late')), 300)"],
    [
      "an emitter's listener",
      "const e = new EventEmitter(); e.on('x', () => console.log('late')); globalThis.setTimeout(() => e.emit('x'), 300)",
    ],
  ])('a callback of %s belongs to the cell that set it', async (_, code) => {
    const id = await kernel.startCell(`${code}; 0`);
    await kernel.finish(id);
    expect((await kernel.execute('await wait(900); 1')).stdout).toBe('');
    const text = kernel.publishedFor(id).map(({ content }) => content.text ?? '');
    expect(text.join('')).toBe('late\n');
  });
});

test('process.exit is an error of its cell', async () => {
  expect((await kernel.execute('process.exit(3)')).reply.evalue).toContain('would end the kernel');
  expect((await kernel.execute('1')).result).toBe('1');
});

test('an error of a class of its own goes by the name of that class', async () => {
  expect((await kernel.execute("class Mine extends Error {} throw new Mine('x')")).reply.ename).toBe('Mine');
});

describe('what cells read from process.stdin is asked for', () => {
  /** Runs a cell and answers its questions in order; resolves to what it printed, and how often it asked. */
  async function answered(code: string, answers: string[]): Promise<{ result?: string; asked: number }> {
    const before = kernel.questions.length;
    const id = await kernel.startCell(code, { allow_stdin: true });
    for (const [i, value] of answers.entries()) {
      await kernel.until(() => kernel.questions.length > before + i, `question ${i}`, 8000);
      await kernel.send('input_reply', { value }, 'stdin');
    }
    const { result, reply } = await kernel.finish(id);
    expect(reply.status).toBe('ok');
    return { result, asked: kernel.questions.length - before };
  }
  const question = `import * as readline from 'node:readline/promises'; import * as lines from 'node:readline';
    const ask = async (text: string) => {
      const reader = readline.createInterface({ input: process.stdin, output: process.stdout });
      try { return await reader.question(text) } finally { reader.close() }
    };`;

  test('by readline, line by line, in one cell and in the next', async () => {
    expect(await answered(`${question} [await ask('Name? '), await ask('Age? ')]`, ['Ada', '36'])).toEqual({
      result: "[ 'Ada', '36' ]",
      asked: 2,
    });
    expect(await answered("await ask('Again? ')", ['yes'])).toEqual({ result: "'yes'", asked: 1 });
  });

  test('by readline with callbacks, by a loop over lines, and by events', async () => {
    const callback = `await new Promise((done) => {
      const reader = lines.createInterface(process.stdin); reader.question('', (text) => { reader.close(); done(text) }) })`;
    expect(await answered(callback, ['called'])).toEqual({ result: "'called'", asked: 1 });
    const loop = `let sum = 0; for await (const line of lines.createInterface(process.stdin)) { if (!line) break; sum += Number(line) } sum`;
    expect((await answered(loop, ['1', '2', ''])).result).toBe('3');
    const event =
      "await new Promise((done) => process.stdin.once('data', (text) => { process.stdin.pause(); done(String(text)) }))";
    expect((await answered(event, ['event'])).result).toBe("'event\\n'");
  });

  test('and refused at once where the client takes no input', async () => {
    const { reply } = await kernel.execute("await ask('Name? ')");
    expect([reply.status, reply.evalue]).toEqual(['error', expect.stringContaining('allow_stdin is off')]);
    const { reply: second } = await kernel.execute(
      'for await (const chunk of process.stdin) console.log(chunk)',
    );
    expect(second.evalue).toContain('allow_stdin is off');
    expect((await kernel.execute('process.stdin.isTTY')).result).toBe('false');
  });

  test('and an interrupt ends the wait', async () => {
    const before = kernel.questions.length;
    const id = await kernel.startCell("await ask('Name? ')", { allow_stdin: true });
    await kernel.until(() => kernel.questions.length > before, 'the question');
    await kernel.request('interrupt_request', {}, 'control');
    expect((await kernel.finish(id)).reply.ename).toBe('Interrupted');
    expect((await answered("await ask('Name? ')", ['Ada'])).result).toBe("'Ada'");
  });
});
