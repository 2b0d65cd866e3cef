import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
}, 60_000);
afterAll(() => kernel.stop());

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
  await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the cell to run');
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

test('a let of an earlier cell is shown with its comment', async () => {
  await kernel.execute('/** How far it is. */\nlet far = 1');
  const { data } = await kernel.request('inspect_request', { code: 'far', cursor_pos: 3, detail_level: 0 });
  expect(data).toHaveProperty(['text/plain'], expect.stringContaining('How far it is.'));
});

test.each([
  ['a template', 'function f() {\n  const s = `${1}`;', { status: 'incomplete', indent: '  ' }],
  ['brackets in a regular expression', 'const r = /[{(]/; if (r) {', { status: 'incomplete', indent: '  ' }],
  ['a text without an end, which no line can give it', "const s = 'abc", { status: 'invalid', indent: '' }],
  ['a template without an end', 'const s = `abc', { status: 'incomplete', indent: '' }],
])('is_complete: %s', async (_, code, answer) => {
  expect(await kernel.request('is_complete_request', { code })).toEqual(answer);
});

test('a name that is declared nowhere has nothing to inspect', async () => {
  await kernel.execute('const anything: any = { known: 1 }');
  const found = async (code: string): Promise<unknown> =>
    (await kernel.request('inspect_request', { code, cursor_pos: code.length, detail_level: 0 })).found;
  expect(await found('nowhere')).toBe(false);
  expect(await found('nowhere.member')).toBe(false);
  expect(await found('anything')).toBe(true);
});

test('globals that are not there when a cell runs are not completed, other than as types', async () => {
  expect(await complete('docum')).toMatchObject({ matches: [] });
  expect(await complete('__')).toMatchObject({ matches: [] });
  expect((await complete('structuredC')).matches).toEqual(['structuredClone']);
  expect((await complete('let x: HTMLElem')).matches).toContain('HTMLElement');
});
