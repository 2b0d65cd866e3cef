import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KernelClient } from './client.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernel-project-'));
  file = join(folder, 'tsconfig.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a kernel beside this tsconfig.json. */
async function inProject(text: string, body: (kernel: KernelClient) => Promise<void>): Promise<void> {
  writeFileSync(file, text);
  const kernel = await KernelClient.start(folder);
  try {
    await body(kernel);
  } finally {
    await kernel.stop();
  }
}

test.each([
  ['is no JSON', '{ "compilerOptions": { "strict": tru } }', /^TS1\d\d\d: /],
  ['extends what is not there', '{ "extends": "./missing.json" }', /^TS\d+: .*missing\.json/],
  ['has an option that there is not', '{ "compilerOptions": { "target": "es1" } }', /^TS6046: .*'--target'/],
])(
  'a tsconfig.json that %s is told by each cell until it is mended',
  { timeout: 60_000 },
  (_, text, message) =>
    inProject(text, async (kernel) => {
      const { reply } = await kernel.execute('1');
      expect(reply.ename).toBe('TypeScriptError');
      expect(reply.evalue).toMatch(message);
      writeFileSync(file, '{ "compilerOptions": { "strict": true } }');
      expect((await kernel.execute('const n: number = 2; n')).result).toBe('2');
    }),
);

test('a tsconfig.json may say what no cell can follow', async () => {
  const options = {
    ...{ noEmitOnError: true, emitDeclarationOnly: true, declarationMap: true, declaration: true },
    ...{ importHelpers: true, noEmitHelpers: true, target: 'es2015', stripInternal: true },
  };
  await inProject(JSON.stringify({ compilerOptions: options }), async (kernel) => {
    const cell = await kernel.execute(
      "import { readFileSync } from 'node:fs'; { using u = { [Symbol.dispose]() { console.log('disposed') } } } /** @internal */ const n: number = await 5; [n, typeof readFileSync, process.argv.length > 0]",
    );
    expect([cell.reply.evalue, cell.stdout, cell.result]).toEqual([
      undefined,
      'disposed\n',
      "[ 5, 'function', true ]",
    ]);
    const thrown = await kernel.execute('interface Pad { a: 1 }\n\nnull!; throw new Error(`${n}`)');
    expect((thrown.reply.traceback as string[]).join('\n')).toMatch(/cell \[2\]:3:14/);
  });
}, 30_000);

test('a tsconfig.json is used as soon as it is edited, and what it extends as soon as it is there', async () => {
  const loose = 'function f(x) { return x }; f(1)';
  await inProject('{ "compilerOptions": { "strict": true } }', async (kernel) => {
    const edit = async (text: string, name = file): Promise<void> => {
      await sleep(20); // for a later time of the edit
      writeFileSync(name, text);
    };
    expect((await kernel.execute(loose)).reply.evalue).toContain('TS7006');
    await edit('{ "extends": "./base.json" }');
    expect((await kernel.execute(loose)).reply.evalue).toContain('base.json');
    await edit('{ "compilerOptions": { "strict": false } }', join(folder, 'base.json'));
    expect((await kernel.execute(loose)).result).toBe('1');
    rmSync(file);
    expect((await kernel.execute(loose)).reply.evalue).toContain('TS7006');

    for (const target of ['es2015', 'esnext', undefined]) {
      await edit(JSON.stringify({ compilerOptions: { target, strict: true } }));
      const { result, stdout } = await kernel.execute(
        "{ using u = { [Symbol.dispose]() { console.log('disposed') } } } await 5",
      );
      expect([target, stdout, result]).toEqual([target, 'disposed\n', '5']);
      const newer = await kernel.execute('[2, 1].toSorted()');
      if (target === 'es2015') expect(newer.reply.evalue).toContain('TS2550');
      else expect(newer.result).toBe('[ 1, 2 ]');
    }
  });
}, 60_000);
