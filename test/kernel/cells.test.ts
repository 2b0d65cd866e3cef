import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
}, 60_000);
afterAll(() => kernel.stop());

const run = (code: string): ReturnType<KernelClient['execute']> => kernel.execute(code);
const traceOf = ({ reply }: { reply: Record<string, unknown> }): string =>
  (reply.traceback as string[]).join('\n');

describe('names', () => {
  test('everything a cell declares can be declared again, as something else', async () => {
    await run('const a = 1; let b = 2; var c = 3; function d() { return 4 } class E { five = 5 }');
    await run(
      'interface F { six: 6 } type G = 7; enum H { Eight = 8 } namespace I { export const nine = 9 }',
    );
    expect((await run('[a, b, c, d(), new E().five, H.Eight, I.nine]')).result).toContain('1, 2, 3, 4');
    await run(
      "import { basename as a } from 'node:path'; const d = 'd', E = 'E', H = 'H', I = 'I'; class b {}",
    );
    await run('type F = string; interface G { g: string }');
    const again = await run(
      "const f: F = 'f'; const g: G = { g: f }; [a('/x/y'), d, E, H, I, g.g, new b() instanceof b]",
    );
    expect(again.result).toContain("'y'");
    expect(again.result).toContain("'f'");
  });

  test('types cross cells: a generic class, a discriminated union, an inferred object', async () => {
    await run(
      'class Box<T> { private readonly held: T; constructor(held: T) { this.held = held } get() { return this.held } }',
    );
    await run(
      "type Shape = { kind: 'circle'; r: number } | { kind: 'square'; side: number }; const boxed = new Box({ deep: [1, 'two'] as const })",
    );
    expect((await run('boxed.get().deep[1].toUpperCase()')).result).toBe("'TWO'");
    const wrong = await run("const s: Shape = { kind: 'circle', side: 1 }");
    expect(wrong.reply.ename).toBe('TypeScriptError');
    expect(traceOf(wrong)).toContain('TS2353');
  });

  test('a let of an earlier cell can be assigned, a const cannot', async () => {
    await run('let counter = 1; const fixed = 1');
    expect((await run('counter += 41; counter')).result).toBe('42');
    expect((await run("counter = 'text'")).reply.evalue).toContain('TS2322');
    expect((await run('fixed = 2')).reply.evalue).toContain(
      "TS2588: Cannot assign to 'fixed' because it is a constant.",
    );
  });

  test('a var in a loop, a block or a try belongs to the cell, and to later ones', async () => {
    await run(`for (var i = 0, limit = 3; i < limit; i++) { var square = i * i; }
      for (var [key, value] of [['a', 1], ['b', 2]] as const) {}
      for (var name in { only: 1 }) {}
      if (limit > 5) { var never = 'no'; }
      for (const turn of [1, 2, 3]) { var sum: number; sum = turn === 1 ? 1 : sum! + turn; }
      try { var tried = 'yes'; throw 1 } catch { var caught = true }
      const inner = () => { var hidden = 'local'; return hidden; };`);
    const names = '[i, limit, square, key, value, name, never, sum, tried, caught].join()';
    expect((await run(names)).result).toBe("'3,3,4,b,2,only,,6,yes,true'");
    expect((await run('i += 1; inner() + i')).result).toBe("'local4'");
    expect((await run('hidden')).reply.evalue).toContain("TS2304: Cannot find name 'hidden'");
    expect((await run('i = "text"')).reply.evalue).toContain('TS2322');
    await run('for (var late = 0; late < 5; late++) if (late === 3) throw new Error("stop")');
    expect((await run('late')).result).toBe('3');
  });

  test('import of a required module, and of a name inside a namespace', async () => {
    await run(
      "import nodePath = require('node:path'); namespace Deep { export const it = 7; export type T = string }",
    );
    await run('import it = Deep.it; import Text = Deep.T; const text: Text = nodePath.basename("/x/y")');
    expect((await run('[text, it, nodePath.sep].join()')).result).toBe("'y,7,/'");
    expect((await run('const bad: Text = 1')).reply.evalue).toContain('TS2322');
  });

  test('a first line for a shell is no code', async () => {
    expect((await run('#!/usr/bin/env node\n40 + 2')).result).toBe('42');
  });

  test('a function sees what a later cell puts in the place of what it uses', async () => {
    await run('const rate = 1; function scaled(x: number) { return rate * x }');
    await run('const rate = 10');
    expect((await run('scaled(4)')).result).toBe('40');
  });

  test('destructuring with defaults and rests declares every name', async () => {
    await run(
      'const { p, q: { r = 5, ...others }, ...rest } = { p: 1, q: { s: 2, t: 3 } as { r?: number; s: number; t: number }, u: 6 }',
    );
    await run('const [first, , third = first * 100, ...tail] = [1, 2, undefined, 4, 5]');
    const shown = (await run('JSON.stringify([p, r, others, rest, first, third, tail])')).result;
    expect(shown).toBe('\'[1,5,{"s":2,"t":3},{"u":6},1,100,[4,5]]\'');
  });

  test('a name that hides a global hides it in cells only', async () => {
    await run("const Map = 'mine'; const console2 = console; const URL = 'gone'");
    expect((await run('new Set([Map, URL]).size')).result).toBe('2');
    expect((await run("console2.log('still works')")).stdout).toBe('still works\n');
  });

  test('shorthand properties, optional calls, tagged templates and this keep their meaning', async () => {
    await run(
      'const shorthand = 1; const tag = (parts: TemplateStringsArray) => parts[0]; let maybe: (() => number) | undefined',
    );
    await run('const self = function (this: unknown) { return this === undefined }');
    expect((await run('[{ shorthand }.shorthand, tag`text`, maybe?.(), self()]')).result).toBe(
      "[ 1, 'text', undefined, true ]",
    );
    expect(
      (await run('let target = 0; ({ target } = { target: 9 }); [target] = [target + 1]; target')).result,
    ).toBe('10');
  });

  test('functions and classes keep their names', async () => {
    expect((await run('const arrow = () => 1; const Cls = class {}; [arrow.name, Cls.name]')).result).toBe(
      "[ 'arrow', 'Cls' ]",
    );
  });

  test('using disposes at the end of its cell', async () => {
    expect(
      (await run("using held = { [Symbol.dispose]() { console.log('released') } }; console.log('held')"))
        .stdout,
    ).toBe('held\nreleased\n');
  });

  test('what was declared anew keeps its old meaning where earlier cells have used it', async () => {
    await run('interface Point { x: number } enum Unit { Metre = 1 } const origin = { at: { x: 0 } }');
    await run('const here: Point = { x: 1.5 }; let unit = Unit.Metre; type Origin = typeof origin');
    await run('interface Point { y: string } enum Unit { Foot = "ft" } const origin = 0');
    await run('const twice = (p: typeof here) => ({ ...p, x: 2 * p.x })'); // a cell that uses one that uses them
    await run('const here = 0');
    for (let again = 0; again < 3; again++) await run('const filler = 1; filler');
    const all =
      'const from: Origin = { at: { x: 7 } }; [twice({ x: 1.5 }).x.toFixed(1), unit, from.at.x].join()';
    expect((await run(all)).result).toBe("'3.0,1,7'");
    expect((await run("twice({ y: 'text' })")).reply.evalue).toContain('TS2353');
  });

  test('a cell that throws keeps what it had declared, and only that', async () => {
    await run(
      "import { dirname } from 'node:path'; const before = 'kept'; class Kept {}\nthrow new Error('stop'); const after = 1",
    );
    expect((await run("[before, dirname('/a/b'), new Kept() instanceof Kept]")).result).toBe(
      "[ 'kept', '/a', true ]",
    );
    expect((await run('after')).reply.evalue).toContain("Cannot find name 'after'");
  });

  test('a cell that throws leaves an earlier value of a name it did not reach', async () => {
    await run('const stays = 1');
    await run("throw new Error('before'); const stays = 'changed'");
    expect((await run('stays.toFixed(1)')).result).toBe("'1.0'");
  });

  test.each([
    [
      'export default of a function without a name',
      'export default function (n: number) { return n }',
      /^\[Function/,
    ],
    [
      'export default of a class without a name',
      'const base = 2; export default class { static n = base }',
      /^\[class \(anonymous\)\] \{ n: 2 \}$/,
    ],
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
});

describe('output', () => {
  test('streams keep their order with displays and the result', async () => {
    const { outputs } = await run(
      "import { display } from 'tslab'; console.log('a'); display.text('b'); process.stderr.write('c'); process.stdout.write('d'); 'e'",
    );
    expect(outputs.map(({ type }) => type)).toEqual([
      'stream',
      'display_data',
      'stream',
      'stream',
      'execute_result',
    ]);
  });

  test('output arrives while the cell runs', async () => {
    const id = await kernel.startCell(
      "console.log('early'); const end = Date.now() + 1500; while (Date.now() < end);",
    );
    await kernel.until(() => kernel.publishedFor(id).some(({ type }) => type === 'stream'), 'the early line');
    expect(kernel.publishedFor(id).some(({ content }) => content.execution_state === 'idle')).toBe(false);
    await kernel.finish(id);
  });

  test('a loop that prints holds none of its lines and loses none', async () => {
    const { stdout, result } = await run(`const before = process.memoryUsage().heapTotal;
      for (let i = 0; i < 100_000; i++) console.log(i);
      (process.memoryUsage().heapTotal - before) / 2 ** 20 < 20`);
    expect(result).toBe('true'); // up to 7 MiB; 37 and more where console.log() asks to be called back
    expect(stdout).toBe(Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(''));
  });

  test('text that stands for bytes is written as these', async () => {
    const { stdout } = await run(
      "process.stdout.write('616263', 'hex'); process.stdout.write('é', 'utf8'); 0",
    );
    expect(stdout).toBe('abcé');
  });

  test('a long text comes in parts, none of which ends inside a character', async () => {
    const { outputs, stdout } = await run("process.stdout.write('x' + '\\u{1F600}'.repeat(2 ** 21)); 0");
    const parts = outputs.filter(({ type }) => type === 'stream').map(({ content }) => String(content.text));
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.some((part) => /[\uD800-\uDBFF]$/.test(part))).toBe(false);
    expect(stdout).toBe('x' + '\u{1F600}'.repeat(2 ** 21));
  });

  test('late output belongs to the cell that started it, also while another runs', async () => {
    const late = await kernel.startCell(
      "const wait = (ms: number) => new Promise((r) => setTimeout(r, ms)); void (async () => { await wait(300); console.log('late'); await wait(200); console.log('later') })()",
    );
    await kernel.finish(late);
    const other = await run("await new Promise((r) => setTimeout(r, 900)); console.log('other')");
    expect(other.stdout).toBe('other\n');
    const text = kernel
      .publishedFor(late)
      .filter(({ type }) => type === 'stream')
      .map(({ content }) => content.text);
    expect(text.join('')).toBe('late\nlater\n');
  });

  test('a promise is awaited, undefined shows nothing', async () => {
    expect((await run('new Promise((resolve) => setTimeout(() => resolve(6 * 7), 5))')).result).toBe('42');
    expect((await run('undefined')).outputs).toEqual([]);
  });

  test('a value that shows itself does', async () => {
    const { outputs } = await run(
      "({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<i>x</i>', 'image/png': new Uint8Array([1]) } } })",
    );
    expect(outputs[0]!.content.data).toEqual({ 'text/html': '<i>x</i>', 'image/png': 'AQ==' });
  });

  test('what a bundle says of its formats goes with them, in a result and in a display', async () => {
    const bundle = `Object.assign({ 'image/png': 'AQ==' }, { [Symbol.for('Jupyter.metadata')]: { 'image/png': { alt: 'a dot' } } })`;
    const shown = `({ [Symbol.for('Jupyter.display')]: () => (${bundle}) })`;
    const result = await run(shown);
    const displayed = await run(`(await import('scorebook/kernel')).show(${shown})`);
    for (const { outputs } of [result, displayed]) {
      expect(outputs[0]!.content.data).toEqual({ 'image/png': 'AQ==' });
      expect(outputs[0]!.content.metadata).toEqual({ 'image/png': { alt: 'a dot' } });
    }
  });

  test('records become a table, escaped; large values are cut and say so', async () => {
    const table = (await run("[{ a: 1, b: '<x>' }, { a: 2, c: true }]")).outputs[0]!.content.data as Record<
      string,
      string
    >;
    expect(table['text/html']).toContain('<th>a</th><th>b</th><th>c</th>');
    expect(table['text/html']).toContain('&lt;x&gt;');
    expect((await run('new Float64Array(1e6)')).result).toContain('999900 more items');
    expect((await run("Array.from({ length: 90 }, () => 'x'.repeat(900))")).result).toMatch(
      /… \d+ more characters$/,
    );
    const many = (await run('Array.from({ length: 80 }, (_, i) => ({ i }))')).outputs[0]!.content
      .data as Record<string, string>;
    expect(many['text/html']).toContain('30 more rows');
  });
});
