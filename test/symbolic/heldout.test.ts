import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide, parse, type Claim } from '../../src/symbolic/index.ts';

const R = '(-inf,inf)';
const unproved = JSON.parse(
  readFileSync(new URL('./corpus/heldout-unproved.json', import.meta.url), 'utf8'),
) as (Claim & { why: string })[];

describe('never proved', () => {
  it.each(unproved.map((claim) => [claim.why, claim] as const))('%s', (_, claim) => {
    expect(decide(claim, { diagnose: false }).verdict).not.toBe('proved');
  });
});

describe('conditions', () => {
  it('of one symbol from two sides are told apart', () => {
    const below = decide({ lhs: 'x/x + sqrt(-x)', rhs: '1 + sqrt(-x)', symbols: { x: R } });
    expect(below).toMatchObject({ verdict: 'proved', conditions: ['-x > 0'] });
    const late = decide({ lhs: 'sqrt(-x) + x/x', rhs: '1 + sqrt(-x)', symbols: { x: R } });
    expect(late.conditions).toEqual(['-x > 0']);
  });

  it('that come from a definition confine the points', () => {
    const claim = { lhs: 'abs(x)', rhs: 'x', symbols: { x: R, h: R }, given: ['h = sqrt(x)'] };
    expect(decide(claim)).toMatchObject({ verdict: 'proved', conditions: [] });
    expect(decide({ ...claim, rhs: '-x' }).verdict).toBe('refuted');
  });
});

describe('cases', () => {
  it('cover both sides of a switch', () => {
    const claim = { lhs: 'log(exp(x)+exp(-x))', symbols: { x: R } };
    expect(decide({ ...claim, rhs: 'abs(x)+log(1+exp(-2*abs(x)))' }).verdict).toBe('proved');
    // Holds for x ≥ 0 alone, and differs elsewhere by less than any precision.
    const spoiled = 'abs(x)+log(1+exp(-2*abs(x)))+1e-4000*(abs(x)-x)';
    expect(decide({ ...claim, rhs: spoiled }).verdict).not.toBe('proved');
  });
});

describe('towers of powers', () => {
  it.each(['x^(((((9^64)^64)^64)^64))', 'x+((10^4000)^4000)^4000', '((2^4000)^4000)*x', 'x^((2^64)^64)'])(
    '%s neither hangs nor crashes',
    (lhs) => {
      const start = performance.now();
      expect(parse(lhs)).toBeDefined();
      const { verdict } = decide({ lhs, rhs: `${lhs}+x-x*1`, symbols: { x: R } }, { diagnose: false });
      expect(verdict).not.toBe('refuted');
      expect(performance.now() - start).toBeLessThan(8000);
    },
  );
});
