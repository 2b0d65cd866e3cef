/** What TypeScript refuses and plain JavaScript passes: nothing of it may change a verdict in silence. */
import { describe, expect, test } from 'vitest';
import {
  ClaimError,
  chainModel,
  checkFile,
  decide,
  decideChain,
  decideInequality,
  decideVectors,
  declare,
  derivative,
  derive,
  deriveChain,
  fokkerPlanck,
  formula,
  gaussian,
  gaussianModel,
  induct,
  parseChain,
  rate,
  type CheckResult,
  type Comparison,
} from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const symbols = declare({ x: { tex: 'x', domain: real, meaning: '' } });
const model = chainModel('q(x,z)');
const above = { lhs: 'x + 1', rhs: 'x', symbols: { x: real } };
/** Plain JavaScript: any value where another is expected. */
const any = (value: unknown) => value as never;

const relations = ['<=', '=<', '⩽', '≦', 'le', '==', '≠', '', 1, null, undefined, ['≤']];

describe('a relation', () => {
  test.each(relations)('%j is never read as another', (relation) => {
    const odd = any(relation);
    const comparison = () => decideInequality({ ...above, relation: odd }).verdict;
    if (relation === '<=') expect(comparison()).toBe('refuted');
    else expect(comparison).toThrow(/relation: expected one of ≤, <, ≥, >/);
    if (relation === undefined) return; // left out, it is =
    const line = derive('t', 'x + 1', { symbols, mutants: false });
    const step = () => line.step('x', { relation: odd }).steps[1].verdict;
    if (relation === '<=') expect(step()).toBe('refuted');
    else expect(step).toThrow(/relation: expected one of =, ∝, \+c/);
    expect(() => derive('t', 'x', { symbols, relation: relation === '<=' ? any('=<') : odd })).toThrow(
      /relation/,
    );
    expect(() => decide(any({ ...above, relation }))).toThrow(/relation: expected one of =, got/);
    expect(() => decideVectors(any({ ...above, vectors: [], relation }))).toThrow(
      /relation: expected one of =/,
    );
    const sides = { lhs: parseChain('q(x)'), rhs: parseChain('2*q(x)') };
    const chain = () => decideChain(model, { ...sides, relation: odd }).verdict;
    const chained = () => deriveChain('t', 'q(x)', { model }).step('q(x)', { relation: odd });
    if (relation === '<=') return expect(chain()).not.toBe('refuted');
    expect(chain).toThrow(/relation: expected one of =, ≤, ≥/);
    expect(chained).toThrow(/relation: expected one of =, ≤, ≥/);
  });

  test.each<[Comparison, string]>([['≤', 'refuted'], ['<', 'refuted'], ['≥', 'proved'], ['>', 'proved']])(
    'x + 1 %s x is %s', (relation, verdict) => {
      expect(decideInequality({ ...above, relation }).verdict).toBe(verdict);
    }); // prettier-ignore
});

const line = derive('t', 'x', { symbols });
const families = { a: real };
const member = { families, claim: 'a[t] = a[t]' };
const flow = { density: 'exp(-x^2)', x: 'x', drift: '-x', diffusion: '1', rates: {} };
test.each<[string, () => unknown, string]>([
  ['decide', () => decide(above, any({ timeLimit: 1 })), 'timeLimit: unknown field (did you mean timeLimitMs?)'],
  ['decide', () => decide(above, any({ seed: '1' })), 'seed: expected a number, got "1"'],
  ['decide', () => decide(any({ ...above, givens: ['x = 1'] })), 'givens: unknown field (did you mean given?)'],
  ['decide', () => decide(any({ ...above, given: 'x = 1' })), 'given: expected a list of texts'],
  ['decide', () => decide(any({ ...above, rhs: { expr: 'x' } })), 'rhs: expected an expression in a string, got { expr }'],
  ['decide', () => decide(any(above.lhs)), 'expected an object'],
  ['decideInequality', () => decideInequality({ ...above, relation: '≥' }, any({ diagnosis: true })), 'diagnosis: unknown'],
  ['decideVectors', () => decideVectors(any({ ...above, vector: ['u'] })), 'did you mean vectors?'],
  ['decideVectors', () => decideVectors(any({ ...above, vectors: 'u' })), 'vectors: expected a list of texts'],
  ['decideChain', () => decideChain(model, 'q(x) = q(x)', any({ four: 't = 1..T' })), 'did you mean for?'],
  ['derive', () => derive('t', 'x', any({ symbols, givn: ['x = 1'] })), 'did you mean given?'],
  ['derive', () => derive('t', 'x', any({ symbols, given: 'x = 1' })), 'given: expected a list of texts'],
  ['derive', () => derive('t', 'x', any(undefined)), 'expected an object'],
  ['a step', () => line.step('x', any({ relaton: '≤' })), 'did you mean relation?'],
  ['a step', () => line.step('x', any('because')), 'expected an object'],
  ['so', () => line.so('x', 'x', any({ opened: true })), 'opened: unknown field'],
  ['assume', () => line.assume('x', any({ citation: 'y' })), 'citation: unknown field'],
  ['concludes', () => line.concludes(formula('f', { tex: 'f', expr: 'x', cite: '', symbols }), any({ gven: [] })), 'did you mean given?'],
  ['deriveChain', () => deriveChain('t', 'q(x)', any({ model, mutant: false })), 'did you mean mutants?'],
  ['a step of deriveChain', () => deriveChain('t', 'q(x)', { model }).step('q(x)', any({ gaps: '0' })), 'did you mean gap?'],
  ['induct', () => induct('t', any({ ...member, form: 1 })), 'did you mean from?'],
  ['induct', () => induct('t', any({ ...member, direction: 'downwards' })), 'direction: expected one of up, down'],
  ['declare', () => declare(any({ e: { tex: 'e', domain: '(2,3)', meaning: '', value: Math.E } })), 'value: unknown field'],
  ['formula', () => formula('f', any({ tex: 'f', expr: 'x', symbols, givens: [] })), 'did you mean given?'],
  ['gaussianModel', () => gaussianModel(any({ y: { meen: '1', variance: '1' } })), 'did you mean mean?'],
  ['rate', () => rate('t', { t: '1' }, any({ constant: ['x'] })), 'did you mean constants?'],
  ['rate', () => rate('t', { t: '1' }, any({ constants: 'x' })), 'constants: expected a list of texts'],
  ['fokkerPlanck', () => fokkerPlanck(any({ ...flow, diffusivity: '2' })), 'diffusivity: unknown field'],
])('%s refuses what it does not read', (_, call, message) => {
  expect(call).toThrow(message);
}); // prettier-ignore

test('of notes, the reason alone may stand beside a claim in code', () => {
  expect(decide(any({ ...above, rhs: '1 + x', why: 'a note' })).verdict).toBe('vacuous');
});

test.each(['assume', 'where', 'note', 'lhsNote', 'vectors'])('a claim with the unknown key %s is refused', (key) => {
  const claim = any({ ...above, [key]: ['0 < x'] });
  const unknown = `${key}: unknown field`;
  expect(() => decide(claim)).toThrow(unknown);
  expect(() => decideInequality(any({ ...above, relation: '>', [key]: ['0 < x'] }))).toThrow(unknown);
  if (key !== 'vectors') expect(() => decideVectors(any({ ...above, vectors: [], [key]: ['0 < x'] }))).toThrow(unknown);
}); // prettier-ignore

test('a malformed expression object is a mistake of the claim, and told as one', () => {
  const x = { kind: 'symbol', name: 'x' };
  const cyclic: { kind: string; args: unknown[] } = { kind: 'add', args: [x] };
  cyclic.args.push({ kind: 'neg', arg: cyclic });
  const malformed: [unknown, string][] = [
    [{ kind: 'nonsense' }, '"nonsense" is no kind of expression'],
    [{ kind: 'call', fn: 'exp' }, 'a node of kind "call" needs arg, got { kind, fn }'],
    [{ kind: 'call', fn: 'tan', arg: x }, 'needs fn, one of sqrt, exp'],
    [{ kind: 'add' }, 'needs args, a list of expressions'],
    [{ kind: 'add', args: [x, 'x'] }, 'expected an expression in a string, got "x"'],
    [{ kind: 'mul', args: [x, undefined] }, 'got nothing'],
    [{ kind: 'number', n: 1, d: 2 }, 'needs n and d > 0, both bigint'],
    [{ kind: 'number', n: 1n, d: 0n }, 'needs n and d > 0, both bigint'],
    [{ kind: 'pow', base: x, exponent: 2 }, 'needs base and exponent'],
    [{ kind: 'pow', base: x, exponent: { n: 2n } }, 'needs an exponent with n and d > 0'],
    [{ kind: 'div', num: x }, 'needs num and den'],
    [{ kind: 'neg', arg: null }, 'expected an expression in a string, got null'],
    [{ kind: 'symbol' }, 'needs a name (none is given)'],
    [{ kind: 'symbol', name: 'x y' }, 'needs a name ("x y" cannot be a symbol)'],
    [cyclic, 'a part of itself'],
    [null, 'got null'],
    [3, 'got 3'],
  ];
  for (const [lhs, message] of malformed) {
    for (const asked of [() => decide(any({ ...above, lhs })), () => decide(any({ ...above, rhs: lhs })), () => decideInequality(any({ ...above, relation: '<', lhs }))]) {
      expect(asked).toThrow(ClaimError);
      expect(asked).toThrow(message);
    }
    expect(() => derive('t', any(lhs), { symbols })).toThrow(message);
    expect(() => derivative(any(lhs), 'x')).toThrow(message);
    expect(() => gaussian(any(lhs), '1')).toThrow(message);
  }
  const shared = { kind: 'mul', args: [x, x] };
  expect(decide(any({ ...above, lhs: { kind: 'add', args: [shared, shared] }, rhs: '2*x^2' })).verdict).toBe('proved');
}); // prettier-ignore

test('check() of every proof refuses an option that is unknown, and anything but tested to accept', () => {
  const proofs = [
    derive('t', 'x + x', { symbols }).step('2*x'),
    deriveChain('t', 'q(x)', { model }),
    induct('t', { families, given: ['a[0] = 1', 'a[t] = a[t-1]'], claim: 'a[t] = 1' }),
  ];
  for (const proof of proofs) {
    const check = (options: unknown) => () => proof.check(any(options));
    expect(check({ accept: 'everything' })).toThrow('accept: expected one of tested, got "everything"');
    expect(check({ acept: 'tested' })).toThrow('acept: unknown field (did you mean accept?)');
    expect(check('tested')).toThrow('options of check(): expected an object { accept }, got "tested"');
  }
  expect(proofs[0].check({ accept: 'tested' })).toBe(proofs[0]);
});

describe('a claims file', () => {
  const check = (claims: unknown): CheckResult[] => [...checkFile(JSON.stringify(claims))];
  const found = (claims: unknown): string[] =>
    check(claims).map((result) => ('error' in result ? result.error : result.verdict.verdict));

  test.each([['=', 'refuted'], ['<=', 'refuted'], ['≤', 'refuted'], ['<', 'refuted'], ['>=', 'proved'], ['>', 'proved']])(
    'decides x + 1 %s x: %s', (relation, verdict) => {
      expect(found([{ id: 'a', ...above, relation }])).toEqual([verdict]);
    }); // prettier-ignore

  test('refuses an unknown key, an unknown relation and an id used twice, and decides the others', () => {
    const claims = [
      { id: 'a', ...above },
      { id: 'a', ...above, relation: '>' },
      { id: 'b', ...above, relation: '∝' },
      { id: 'c', ...above, why: 'a note' },
      { id: 1, ...above, relation: '>' },
      { id: '1', ...above, relation: '>' },
    ];
    const [first, ...others] = found(claims);
    expect(first).toBe('refuted');
    expect(others[0]).toContain('claim "a" id: claim 1 of the list has it already');
    expect(others[1]).toContain('claim "b" relation: expected one of =, ≤, <, ≥, >, got "∝"');
    expect(others[2]).toContain('claim "c" why: unknown field');
    expect(others[3]).toBe('proved');
    expect(others[4]).toContain('claim "1" id');
  });

  test('may begin with a byte order mark', () => {
    const [result] = checkFile(`\uFEFF[${JSON.stringify({ id: 'a', ...above, relation: '>' })}]`);
    expect(result).toMatchObject({ verdict: { verdict: 'proved' } });
  });
});
