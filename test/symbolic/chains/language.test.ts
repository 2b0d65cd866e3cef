import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chainModel,
  chainTeX,
  chainText,
  decideChain,
  parseChain,
  ParseError,
} from '../../../src/symbolic/index.ts';
import { rational } from '../../../src/symbolic/rational.ts';
import type { ChainExpr, Index, Place } from '../../../src/symbolic/chains/syntax.ts';
import { bound, ddpm, negativeElbo, pair } from './models.ts';

test('what is written is read back as the same expression', () => {
  for (const text of [
    negativeElbo,
    bound,
    'sum_{t=1}^{T-1} (log q(x_t|x_{t-1}) - 2) * 3',
    'int_{x_{1:T}} p(x_{0:T}) / (q(x_0) * q(x_1))',
    '-(a_1(z) - b(y)) * H(q(x|y))',
    'prod_{t=1}^{T} (q(x_t) / p(x_t)) * q(x_0)',
  ]) {
    const expr = parseChain(text);
    expect(parseChain(chainText(expr))).toEqual(expr);
  }
});

test('any expression, built as it may be, is written so that it is read back with the same meaning', () => {
  const index = fc.constantFrom<Index>(
    { base: '', plus: 0 },
    { base: 't', plus: 0 },
    { base: 't', plus: -1 },
  );
  const point = fc.record({ family: fc.constant('x'), index });
  const density = fc.record({
    name: fc.constantFrom('q', 'p_phi'),
    left: fc.tuple(point),
    given: fc.constantFrom<Place[]>(
      [],
      [{ family: 'z' }],
      [{ family: 'x', from: { base: '', plus: 1 }, to: { base: 'T', plus: 0 } }],
    ),
  });
  const { expr } = fc.letrec<{ expr: ChainExpr }>((tie) => ({
    expr: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constant('density' as const), density }),
      fc.record({
        kind: fc.constant('number' as const),
        value: fc.constantFrom(rational(3n), rational(1n, 2n), rational(-2n, 3n)),
      }),
      fc.record({
        kind: fc.constantFrom('add' as const, 'mul' as const),
        args: fc.array(tie('expr'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constantFrom('neg' as const, 'log' as const), arg: tie('expr') }),
      fc.record({ kind: fc.constant('div' as const), num: tie('expr'), den: tie('expr') }),
      fc.record({ kind: fc.constant('expect' as const), over: density, arg: tie('expr') }),
      fc.record({
        kind: fc.constantFrom('sum' as const, 'prod' as const),
        index: fc.constant('i'),
        from: index,
        to: index,
        body: tie('expr'),
      }),
      fc.record({ kind: fc.constant('integral' as const), over: fc.tuple(point), arg: tie('expr') }),
    ),
  }));
  fc.assert(
    fc.property(expr, (e) => {
      const read = parseChain(chainText(e));
      expect(shape(read)).toEqual(shape(e));
      expect(parseChain(chainText(read))).toEqual(read);
    }),
    { numRuns: 500, seed: 1 },
  );
});

/** An expression up to how its signs and fractions are put together: −2/3 is read as −(2/3). */
function shape(e: ChainExpr): unknown {
  if (e.kind === 'number') {
    const { n, d } = e.value;
    if (n < 0n) return ['neg', shape({ kind: 'number', value: rational(-n, d) })];
    return d === 1n ? n.toString() : ['div', n.toString(), d.toString()];
  }
  return Object.entries(e).map(([key, value]: [string, unknown]) => {
    const part = (x: unknown): unknown =>
      Array.isArray(x)
        ? x.map(part)
        : typeof x === 'object' && x !== null && 'kind' in x
          ? shape(x as ChainExpr)
          : x;
    return e.kind === 'neg' && key === 'arg'
      ? shape(e.arg)
      : e.kind === 'neg'
        ? 'neg'
        : e.kind === 'div' && key !== 'kind'
          ? part(value)
          : key === 'kind'
            ? value
            : [key, part(value)];
  });
}

test('a logarithm in brackets may be divided', () => {
  const ratio = parseChain('(log q(x)) / (log p(x))');
  expect(ratio).toMatchObject({ kind: 'div', num: { kind: 'log' }, den: { kind: 'log' } });
  expect(parseChain(chainText(ratio))).toEqual(ratio);
});

test('variables may be typed as in plain text, and densities as in TeX', () => {
  expect(chainText(parseChain('q_\\phi(x1:T|x0)'))).toBe('q_phi(x_{1:T}|x_0)');
  expect(chainText(parseChain('p_{\\theta}(xT \\mid x_{t+1})'))).toBe('p_theta(x_T|x_{t+1})');
});

test('TeX is as in the papers', () => {
  expect(chainTeX(parseChain('E_{q_phi(z|x)}[log(p(x,z)/q_phi(z|x))]'))).toBe(
    '\\mathbb{E}_{q_{\\phi}(z \\mid x)}\\!\\left[\\log \\frac{p(x, z)}{q_{\\phi}(z \\mid x)}\\right]',
  );
  expect(chainTeX(parseChain('sum_{t=2}^{T} KL(q(x_t) || p(x_t))'))).toBe(
    '\\sum_{t=2}^{T} D_{\\mathrm{KL}}\\!\\left(q(x_{t}) \\,\\middle\\|\\, p(x_{t})\\right)',
  );
});

test('what could be read in two ways is refused with its position', () => {
  expect(() => parseChain('log q(x) / p(x)')).toThrow(
    'log of a ratio needs brackets: log(a / b) at character 12',
  );
  expect(() => parseChain('E_{q(x)}[log p(x) p(y|x)]')).toThrow(
    'log of a product needs brackets: log(a * b)',
  );
  expect(parseChain('log p(x) * p(y|x)')).toEqual(parseChain('(log p(x)) p(y|x)'));
  expect(() => parseChain('q(x) / p(x) p(y)')).toThrow('ambiguous');
  expect(() => parseChain('q(x) +')).toThrow('expected an expression, got "the end" at character 7');
  expect(() => parseChain('q(x|')).toThrow(ParseError);
  expect(() => decideChain(pair, 'r(x) = q(x)')).toThrow(
    'unknown density "r" (the model declares q, p, f, g, h)',
  );
});

test('π is refused wherever it is written, and nothing else has its name', () => {
  const fault = 'pi is the number π, which statements about densities do not know yet';
  for (const text of ['pi*q(x) = q(x)*pi', '\\pi q(x) = q(x)', 'q(x) = 2 * π * q(x)', 'pi(x) = q(x)'])
    expect(() => decideChain(pair, text), text).toThrow(fault);
  for (const text of ['E_{pi(x)}[1]', 'q(pi)', 'q(x|π)', 'q(pi_1)', 'sum_{pi=1}^{T} 1', 'q(x_pi)'])
    expect(() => parseChain(text), text).toThrow(fault);
  for (const text of ['pi(x)', 'q(pi)', 'q(x) = pi(x)', 'q(x_{0:pi})'])
    expect(() => chainModel(text), text).toThrow(fault);
  expect(() => chainModel('q(x)', { functions: ['pi'] })).toThrow(fault);
  // With a subscript it is the usual name of a policy.
  expect(decideChain(chainModel('pi_theta(a|s)'), 'int_{a} pi_theta(a|s) = 1').verdict).toBe('proved');
});

test('words of statements name no density and no function, and a function has a name of its own', () => {
  const words = ['log', 'exp', 'E', 'H', 'KL', 'sum', 'int', 'prod', 'sqrt', 'erf', 'E_q', 'log_2', 'T'];
  for (const word of words) {
    for (const declare of [
      () => chainModel(`${word}(x)`),
      () => chainModel('q(x)', { functions: [word] }),
      () => chainModel('q(x)', { positive: [word] }),
    ])
      expect(declare, word).toThrow(new RegExp(`^${word} (is|starts) .*(no density|nothing else)`));
  }
  expect(() => decideChain(pair, 'exp(x) = q(x)')).toThrow('exp is a function of its own');
  expect(() => chainModel('q(T)')).toThrow('T is the length of the chain');
  for (const name of ['f g', 'f(x)', 'f2', '\\f', 'f_a_b'])
    expect(() => chainModel('q(x)', { functions: [name] }), name).toThrow('is no name of a function');
  for (const name of ['', '2', '_f'])
    expect(() => chainModel('q(x)', { positive: [name] })).toThrow('expected');
  expect(() => chainModel('q(x)', { functions: ['f'], positive: ['f'] })).toThrow('in one of them');
  expect(() => chainModel({ positive: ['f'] }, 'q(x)', { functions: ['f'] })).toThrow('in one of them');
  expect(() => chainModel('q(x)', { functions: 'fg' } as object)).toThrow('functions');
  for (const [model, name] of [
    ['q(x)', 'x'],
    ['q(z|x)', 'x'],
    ['q(x_0,x_1)', 'x_1'],
  ])
    expect(() => chainModel(model, { functions: [name] }), name).toThrow('is a variable of a density');
  const { functions } = chainModel('q(x_0,x_1,H,E)', { functions: ['x_theta', 'f_1'], positive: ['h'] });
  expect([...functions]).toEqual(['x_theta', 'f_1', 'h']);
});

test('any text is read or refused with a position, and nothing hangs', () => {
  const piece = fc.constantFrom(
    ...'q p x_t ( ) | , _ { } [ ] E KL || log sum int ^ T : 1 2 + - * / = __proto__ constructor'.split(' '),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      try {
        chainText(parseChain(pieces.join(' ')));
      } catch (error) {
        expect(error).toBeInstanceOf(ParseError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a factorisation that is none is refused', () => {
  expect(() => chainModel('q(x,y) = q(x|y) q(y|x)')).toThrow('in a circle');
  expect(() => chainModel('q(x,y) = q(x) q(y|x) q(y)')).toThrow('made by two factors');
  expect(() => chainModel('q(x,y) = q(x)')).toThrow('no factor makes y');
  expect(() => chainModel('q(x) = q(x) q(y|x)')).toThrow('the factors also make y');
  expect(() => chainModel('q(x) = p(x)')).toThrow('p(x) is not a factor of q');
});

test('independence is read off the graph: a collider separates until it is observed', () => {
  const collider = chainModel('p(a,b,c) = p(a) p(b) p(c|a,b)');
  expect(decideChain(collider, 'p(a,b) = p(a) p(b)').verdict).toBe('proved');
  expect(decideChain(collider, 'p(a,b|c) = p(a|c) p(b|c)').verdict).toBe('refuted');
  const fork = chainModel('p(a,b,c) = p(c) p(a|c) p(b|c)');
  expect(decideChain(fork, 'p(a,b|c) = p(a|c) p(b|c)').verdict).toBe('proved');
  expect(decideChain(fork, 'p(a,b) = p(a) p(b)').verdict).toBe('refuted');
  const classes = chainModel('p(y,x_{0:T}) = p(y) p(x_T|y) prod_{t=1}^{T} p(x_{t-1}|x_t,y)');
  const range = { for: 't = 1..T-1' };
  expect(decideChain(classes, 'p(x_{t-1}|x_t,x_T,y) = p(x_{t-1}|x_t,y)', range).scope).toMatch(
    /^all densities/,
  );
  expect(decideChain(classes, 'p(x_{t-1}|x_t,x_T) = p(x_{t-1}|x_t)', range).verdict).toBe('refuted');
});

test('bound variables never catch free ones', () => {
  const outer = 'E_{q(x_1|x_0)}[log p(x_1)] - log p(x_1)';
  expect(decideChain(ddpm, `E_{q(x_0)}[${outer}] = E_{q(x_1)}[log p(x_1)] - log p(x_1)`).verdict).toBe(
    'proved',
  );
  expect(decideChain(ddpm, `E_{q(x_1)}[${outer}] = 0`).verdict).toBe('refuted');
});
