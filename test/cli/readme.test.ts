/** What the README prints must do what it says: it is the first thing that is tried. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCommand, type Command } from '../../src/cli/command.ts';
import { KernelClient } from '../kernel/client.ts';
import { scorebook } from './spawn.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);
const notebooks = readdirSync(path.join(root, 'notebooks'))
  .filter((file) => file.endsWith('.ipynb'))
  .map((file) => `notebooks/${file}`);
const has = (file: string): boolean => existsSync(path.join(root, file));

const lines = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/#.*/, '').trim());
const commands = lines.flatMap((line) => {
  const [, words] = /^npx scorebook (.+)$/.exec(line) ?? [];
  return words === undefined ? [] : [words.split(/\s+/)];
});

describe('the code of the README', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await KernelClient.start(undefined, undefined, 'read', { SCOREBOOK_BACKEND: 'wasm' });
  }, 60_000);
  afterAll(() => kernel.stop());

  test.each(blocks('ts'))(
    'is free of type errors and prints what stands beside it (block %#)',
    async (code) => {
      // It loads every room, on machines that may be busy.
      const { reply, stdout } = await kernel.finish(await kernel.startCell(code), 120_000);
      expect(reply.status, String(reply.evalue)).toBe('ok');
      const promised = [...code.matchAll(/console\.log\(.*\/\/ (.+)$/gm)].map(([, text]) => text);
      expect(promised.length).toBeGreaterThan(0);
      expect(stdout.trim().split('\n')).toEqual(promised);
    },
    130_000,
  );
});

test.each(commands)('scorebook %s takes the options that the README gives it', async (name, ...args) => {
  const { default: command } = (await import(`../../src/cli/${name}.ts`)) as { default: Command };
  const files = args.flatMap((arg) => (arg === 'notebooks/*.ipynb' ? notebooks : [arg]));
  const { positionals } = parseCommand(command, files);
  expect(files.length).toBeGreaterThanOrEqual(args.length);
  for (const file of positionals) expect(has(file), file).toBe(true);
});

test('the claims that the README checks are decided, the slip among them refuted', async () => {
  const { status, stdout } = await scorebook('check', path.join(root, 'docs/claims.json'));
  expect(stdout).toContain('2 proved, 1 refuted');
  expect(status).toBe(0);
});

test('every command, file and picture that the README names is there', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readme.matchAll(/npm (?:run )?(start|test|bench:\w+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  const files = [
    ...[...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, file]) => file),
    ...[...readme.matchAll(/npx vitest run ([\w./-]+)/g)].map(([, file]) => file),
    ...[...readme.matchAll(/`((?:src|docs|data)\/[\w./-]+)`/g)].map(([, file]) => file),
    ...[...readme.matchAll(/`(\d\d-\w+)`/g)].map(([, name]) => `notebooks/${name}.ipynb`),
  ];
  expect(files.length).toBeGreaterThan(8);
  expect(files.filter((file) => !has(file))).toEqual([]);
});

test('every picture of the README says in words what it shows', () => {
  const pictures = [...readme.matchAll(/!\[([^\]]*)\]/g)].map(([, alt]) => alt);
  expect(pictures.length).toBeGreaterThan(1);
  for (const alt of pictures) expect(alt.length).toBeGreaterThan(20);
});

test('the commands that the notebooks name are given files that are there', () => {
  const named = notebooks.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/npx scorebook check ([\w./-]+\w)/g)].map(
      ([, claims]) => claims,
    ),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((claims) => !has(claims))).toEqual([]);
});
