import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const eslint = new ESLint({ cwd: fileURLToPath(new URL('../../', import.meta.url)) });

/** What lint says of a file that would lie there, `rule: message` each. */
async function complaints(filePath: string, code: string): Promise<string[]> {
  const [{ messages }] = await eslint.lintText(code, { filePath });
  return messages.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

const ofRooms = async (...of: Parameters<typeof complaints>) =>
  (await complaints(...of)).filter((complaint) => complaint.startsWith('scorebook/rooms:'));

describe('the rooms are held apart', () => {
  it.each([
    [
      'a room it may not know',
      'src/symbolic/x.ts',
      "import '../engine/index.ts';",
      /symbolic may import only/,
    ],
    [
      'a room below it',
      'src/models/x.ts',
      "export * from '../diffusion/index.ts';",
      /models may import only/,
    ],
    ['another room by a back door', 'src/training/x.ts', "import '../symbolic/decide.ts';", /index\.ts only/],
    ['from JavaScript', 'src/kernel/x.mjs', "import '../symbolic/index.ts';", /kernel may import only/],
    [
      'from a folder of a room',
      'src/kernel/wire/x.ts',
      "import '../../engine/index.ts';",
      /kernel may import/,
    ],
    ['with import()', 'src/kernel/x.ts', "await import('../engine/index.ts');", /kernel may import only/],
    ['with a template', 'src/kernel/x.ts', 'await import(`../engine/index.ts`);', /kernel may import only/],
    ['with require()', 'src/kernel/x.mjs', "require('../engine/index.ts');", /kernel may import only/],
    ['a type', 'src/symbolic/x.ts', "import type { Key } from '../engine/index.ts';", /symbolic may import/],
    [
      'a type in a type',
      'src/symbolic/x.ts',
      "export type A = import('../engine/index.ts').Key;",
      /symbolic may import/,
    ],
    ['by its public name', 'src/symbolic/x.ts', "import 'scorebook/engine';", /symbolic may import only/],
    ['all rooms at once', 'src/models/x.ts', "import '../index.ts';", /import the room itself/],
    ['all by their public name', 'src/models/x.ts', "import 'scorebook';", /import the room itself/],
    ['out of src', 'src/models/x.ts', "import '../../test/kernel/client.ts';", /outside of src/],
    ['from a room not in the table', 'src/extra/x.ts', "import '../symbolic/index.ts';", /extra is no room/],
    ['from beside the rooms', 'src/newroom.ts', "import './symbolic/index.ts';", /newroom\.ts is no room/],
    ['beside the rooms, a part', 'src/index.ts', "export * from './symbolic/decide.ts';", /index\.ts only/],
  ])('%s: %s', async (_, file, code, why) => {
    expect(await ofRooms(file, code)).toEqual([expect.stringMatching(why)]);
  });

  it.each([
    ['tensors', 'src/symbolic/x.ts', "import '@tensorflow/tfjs';"],
    ['tensors, late', 'src/formulas/x.ts', "await import('@tensorflow/tfjs');"],
    ['tensors, required', 'src/kernel/x.mjs', "require('@tensorflow/tfjs-node-gpu/dist/index.js');"],
    ['the foreign function interface', 'src/kernel/x.ts', "export type K = typeof import('koffi');"],
    ['a package of another room', 'src/display/x.ts', "import 'mathjs';"],
    ['any package, from no room', 'src/extra/x.ts', "import 'mathjs';"],
  ])('packages are used only where the table has them: %s', async (_, file, code) => {
    expect(await ofRooms(file, code)).toEqual([expect.stringMatching(/may not import the package/)]);
  });

  it.each([
    ['src/training/x.ts', "import '../symbolic/index.ts'; import './train.ts'; import 'node:fs';"],
    ['src/kernel/wire/x.ts', "import '../runtime/host.ts'; import 'zeromq'; import 'fs';"],
    ['src/engine/native/x.ts', "export type K = typeof import('koffi'); await import('@tensorflow/tfjs');"],
    ['src/cli/x.ts', "import '../kernel/index.ts'; import '../../scripts/lib/places.mjs';"],
    ['src/index.ts', "export * from './symbolic/index.ts';"],
    ['test/models/x.test.ts', "import '../../src/models/unet.ts';"],
  ])('%s may: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });
});

describe('lint fails', () => {
  it.each([
    ['a cycle', 'src/symbolic/expr.ts', "import './parse.ts';", 'import-x/no-cycle'],
    ['an empty catch', 'scripts/lib/x.mjs', 'try { f(); } catch {}', 'no-empty'],
    ['a loose comparison', 'src/kernel/x.mjs', 'export const a = b == 1;', 'eqeqeq'],
    ['any', 'src/models/x.ts', 'export const a = (b: any) => b;', '@typescript-eslint/no-explicit-any'],
    ['what is not used', 'bench/x.mjs', 'const a = 1;', '@typescript-eslint/no-unused-vars'],
  ])('%s', async (_, file, code, rule) => {
    expect(await complaints(file, code)).toContainEqual(expect.stringContaining(`${rule}:`));
  });
});
