import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
  await kernel.execute(
    "import { bundle, html, json, latex, markdown, openComm, plotly, png, show, svg, vegaLite } from 'scorebook/kernel'; const kept = 'kept'",
  );
}, 60_000);
afterAll(() => kernel.stop());

const run = (code: string): ReturnType<KernelClient['execute']> => kernel.execute(code);
const lives = async (): Promise<void> => expect((await run('kept')).result).toBe("'kept'");

const shown = async (code: string): Promise<unknown> => {
  const { outputs, reply } = await kernel.execute(code);
  expect(reply.status, String(reply.evalue)).toBe('ok');
  return outputs[0]!.content.data;
};

test('a tensor shows its dtype, shape and values; a map, a typed array and an error what they hold', async () => {
  await kernel.execute(
    "import { tf, useBackend } from 'scorebook/engine'; await useBackend({ backend: 'wasm' })",
  );
  const text = async (code: string) => ((await shown(code)) as Record<string, string>)['text/plain'];
  expect(await text('tf.tensor2d([[1, 2], [3, 4.5]])')).toMatch(
    /^float32 tensor \[2, 2\]\n[^]*1[^]*2[^]*3[^]*4\.5/,
  );
  expect(await text("new Map([['a', [1]]])")).toBe("Map(1) { 'a' => [ 1 ] }");
  expect(await text('Float32Array.of(1, 0.5)')).toBe('Float32Array(2) [ 1, 0.5 ]');
  expect(await text("new RangeError('no', { cause: new Error('why') })")).toMatch(
    /RangeError: no[^]*Error: why/,
  );
});

test('every maker gives its type of content', async () => {
  expect(await shown('html`<b>${1}</b>`')).toEqual({ 'text/html': '<b>1</b>', 'text/plain': '<b>1</b>' });
  expect(await shown("markdown('*x*')")).toMatchObject({ 'text/markdown': '*x*' });
  expect(await shown('latex`\\frac12`')).toMatchObject({ 'text/latex': '$$\\frac12$$' });
  expect(await shown("svg('<svg/>')")).toMatchObject({ 'image/svg+xml': '<svg/>' });
  expect(await shown('png(new Uint8Array([1, 2]))')).toEqual({ 'image/png': 'AQI=' });
  expect(await shown('json({ a: [1] })')).toEqual({ 'application/json': { a: [1] } });
  expect(await shown("vegaLite({ mark: 'bar' })")).toEqual({
    'application/vnd.vegalite.v5+json': { mark: 'bar' },
  });
  expect(await shown('plotly({ data: [] })')).toEqual({
    'application/vnd.plotly.v1+json': { data: [], layout: {} },
  });
  expect(await shown("bundle({ 'x/y': 1 })")).toEqual({ 'x/y': 1 });
  expect(await shown("await show(html('<i>'))")).toMatchObject({ 'text/html': '<i>' });
});

test('figures and image files are recognized', async () => {
  expect(await shown("({ data: [{ type: 'bar', x: [1] }], layout: {} })")).toHaveProperty([
    'application/vnd.plotly.v1+json',
  ]);
  for (const kind of ['vega', 'vega-lite'])
    expect(await shown(`({ $schema: 'https://vega.github.io/schema/${kind}/v5.json' })`)).toHaveProperty([
      `application/vnd.${kind.replace('-', '')}.v5+json`,
    ]);
  expect(await shown("Buffer.from('89504e470d0a1a0a00', 'hex')")).toMatchObject({
    'image/png': 'iVBORw0KGgoA',
  });
});

test('a long entry of a table says that it is cut', async () => {
  expect(await shown("[{ a: 'x'.repeat(300) }, { a: 1 }]")).toHaveProperty(
    ['text/html'],
    expect.stringContaining('… 100 more characters</td>'),
  );
});

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
    // Every trap throws, that by which a promise asks whether it got another one among them.
    ["new Proxy({ a: 1 }, new Proxy({}, { get() { throw new Error('no') } }))", '{ a: 1 }'],
    [
      '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()',
      '<Revoked Proxy>',
    ],
    ["({ get then(): never { throw new Error('no') } })", '{ then: [Getter] }'],
    [
      "new (class Odd { [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no') } })()",
      'Odd {}',
    ],
  ])('%s', async (code, text) => {
    expect((await run(code)).result).toBe(text);
  });
});
