import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scorebook } from './spawn.ts';

const timeout = 60_000;
const project = fileURLToPath(new URL('../..', import.meta.url));
let outside = '';
let inside = '';
beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'scorebook-'));
  await mkdir(join(project, '.cache'), { recursive: true });
  inside = await mkdtemp(join(project, '.cache', 'script-'));
});
afterAll(() => Promise.all([outside, inside].map((folder) => rm(folder, { recursive: true }))));

async function check(
  name: string,
  lines: readonly string[],
  { at = outside, options = [] as string[] } = {},
) {
  const file = join(at, name);
  await writeFile(file, lines.join('\n'));
  return { file, ...(await scorebook('check', file, ...options)) };
}

const imports = [
  "import { chainModel, derive, deriveChain, induct, type Proof } from 'scorebook/symbolic';",
  "import { symbols } from 'scorebook/formulas';",
];
const square = (next: string, step = '{}') =>
  `derive('A square', '(x0 + 1)^2', { symbols, mutants: false }).step('${next}', ${step})`;
const good = square('x0^2 + 2*x0 + 1');
const bayes =
  "deriveChain('Bayes', 'log p(z|x)', { model: chainModel('p(x,z) = p(z) p(x|z)'), mutants: false })" +
  ".step('log p(x|z) + log p(z) - log p(x)')";
const variance =
  "induct('Variance', { families: { alpha: '(0,1)', abar: '(0,1]', v: '[0,inf)' }, mutants: false, unrolled: 1, " +
  "given: ['abar[0] = 1', 'abar[t] = alpha[t]*abar[t-1]', 'v[0] = 0', 'v[t] = alpha[t]*v[t-1] + 1 - alpha[t]'], " +
  "claim: 'v[t] = 1 - abar[t]' })";

test('the proofs of a script are printed, wherever the script lies', { timeout }, async () => {
  for (const at of [outside, inside]) {
    const { status, stdout, stderr } = await check(
      'good.ts',
      [...imports, `export const s: Proof = ${good};`],
      {
        at,
      },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^A square: 2 steps · 1 proved · 1 vacuous\n/);
    expect(stdout).toMatch(/^2\. {2}= x0\^2 \+ 2\*x0 \+ 1 +proved$/m);
    expect(stdout).toMatch(/\n1 proof: 1 proved, 1 vacuous\n$/);
  }
});

test.each(['js', 'mjs', 'mts'])('a script may be .%s', { timeout }, async (ending) => {
  const untyped = imports.map((line) => line.replace(', type Proof', ''));
  const { status, stderr } = await check(`good.${ending}`, [...untyped, `export default ${good};`]);
  expect([status, stderr]).toEqual([0, '']);
});

test(
  '--json prints one object a proof: chains, inductions and arrays of proofs too',
  { timeout },
  async () => {
    const wrong = square('x0^2 + 1', "{ because: 'a slip' }");
    const lines = [
      `const one = ${good};`,
      'export { one, one as again };',
      `export const list = [one, [${bayes}]];`,
    ];
    const script = [
      ...imports,
      ...lines,
      `export const other = ${variance};`,
      `export const wrong = ${wrong};`,
      "export const zero = derive('Zero', 'x0', { symbols }).step('x0 + 0*xt');",
    ];
    const { status, stdout, stderr } = await check('many.ts', script, { options: ['--json'] });
    expect([status, stderr]).toEqual([0, '']); // a refuted step is a decided one
    type Line = { title: string; summary: string; steps: Record<string, unknown>[] };
    const proofs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(proofs.map(({ title }) => title)).toEqual(['A square', 'Bayes', 'Variance', 'A square', 'Zero']);
    for (const { steps } of proofs.slice(0, 3))
      expect(steps.some(({ verdict }) => verdict === 'proved')).toBe(true);
    expect(proofs[0].steps[1].errorBound).toBeLessThan(-20);
    const [, slip] = proofs[3].steps;
    expect(slip).toMatchObject({ verdict: 'refuted', because: 'a slip', text: 'x0^2 + 1', conditions: [] });
    expect(proofs[4].steps[1].mutants).toMatchObject({
      survivors: expect.arrayContaining([expect.stringContaining('equivalent, the step still holds')]),
    });
    expect(Object.keys((slip.counterexample as { point: object }).point)).toEqual(['x0']);
  },
);

test('an undecided step makes the status 1 and says why, unless it is marked open', { timeout }, async () => {
  const side = (step: string) => `export const p = ${good}.so('sin(2*x0)', '2*sin(x0)*cos(x0)', ${step});`;
  const { status, stdout } = await check('undecided.ts', [...imports, side('{}')]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/undecided \(.+\)/);
  expect((await check('open.ts', [...imports, side('{ open: true }')])).status).toBe(0);
});

test('a step that is only tested makes the status 1, and is counted as such', { timeout }, async () => {
  const small = '(sum_{t=1}^{T} 1)';
  const chain = "chainModel('q(x_{0:T}) = q(x_0) prod_{t=1}^{T} q(x_t|x_{t-1})')";
  const statement = [1, 2, 3, 4].map((n) => `(${small} - ${n})`).join(' * ');
  const only = `export const p = deriveChain('Small', '${statement} + 1', { model: ${chain} }).step('1');`;
  const { status, stdout } = await check('tested.ts', [...imports, only]);
  expect([status, stdout]).toEqual([1, expect.stringContaining('1 proof: 1 tested, 1 vacuous')]);
});

test(
  'a proof that cannot be judged makes the status 2, and the others are printed',
  { timeout },
  async () => {
    const bad = square('x0^2', "{ relation: '∝' }").replace('A square', 'Aimless');
    const script = [...imports, `export const a = ${bad};`, `export const b = ${good};`];
    const { status, stdout, stderr } = await check('half.ts', script);
    expect(status).toBe(2);
    expect(stderr).toMatch(/half\.ts: Aimless: a step by ∝ needs the variable/);
    expect(stdout).toMatch(/^A square: /);
  },
);

test.each([
  ['throws.ts', ['interface A { a: 1 }', '', "throw new Error('no luck');"], ':3: no luck'],
  ['throws.mjs', ['', 'throw 7;'], ': it throws 7'],
  ['syntax.ts', ['const a = 1;', 'const b = (;'], ':2: Unexpected'],
  ['syntax.mjs', ['const a = 1;', 'const b = (;'], ':2: Unexpected'],
  ['name.ts', ['', "import { derve } from 'scorebook/symbolic';", 'derve();'], ':2: .*derve'],
  ['package.ts', ['', '', "import 'no-such-package-here';"], ':3: Cannot find package'],
  [
    'fails.ts',
    [...imports, '', `export const p = ${square('x0^2')}.check();`],
    ':4: A square: step 2 is refuted',
  ],
  ['empty.ts', ['export const a = [1, null, {}];'], ': it exports no proof'],
])('%s is refused with its place', { timeout }, async (name, lines, message) => {
  const { file, status, stdout, stderr } = await check(name, lines);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.startsWith(file)).toBe(true);
  expect(stderr.slice(file.length)).toMatch(new RegExp(`^(${message})`));
});

test('a script that is not there is refused', { timeout }, async () => {
  const { status, stderr } = await scorebook('check', join(outside, 'absent.ts'));
  expect(status).toBe(2);
  expect(stderr).toContain('absent.ts: ENOENT');
});
