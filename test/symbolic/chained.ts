/** True claims whose definitions use one another: written out, each would be exponentially long. */
import type { Claim } from '../../src/symbolic/index.ts';

const real = '(-inf,inf)';
const upTo = (n: number, from = 0): number[] => Array.from({ length: n + 1 - from }, (_, i) => from + i);
const named = (names: readonly string[], domain: string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, domain]));

export const claims = {
  /** Deterministic DDIM from x_n to x_0 keeps the noise: Song et al. 2021, eq. 12 with σ = 0. */
  ddim: (n: number): Claim => ({
    lhs: 'x0',
    rhs: 'sqrt(A0)*x + sqrt(1-A0)*eps',
    symbols: {
      ...named(['x', 'eps', ...upTo(n).map((i) => `x${i}`), ...upTo(n, 1).map((i) => `p${i}`)], real),
      ...named(
        upTo(n).map((i) => `A${i}`),
        '(0,1)',
      ),
    },
    given: [
      `x${n} = sqrt(A${n})*x + sqrt(1-A${n})*eps`,
      ...upTo(n, 1).flatMap((i) => [
        `p${i} = (x${i} - sqrt(1-A${i})*eps)/sqrt(A${i})`,
        `x${i - 1} = sqrt(A${i - 1})*p${i} + sqrt(1-A${i - 1})*eps`,
      ]),
    ],
  }),

  doubled: (n: number): Claim => ({
    lhs: `y${n}`,
    rhs: `2^${n}*x`,
    symbols: named(['x', ...upTo(n).map((i) => `y${i}`)], real),
    given: ['y0 = x', ...upTo(n, 1).map((i) => `y${i} = y${i - 1}+y${i - 1}`)],
  }),

  minima: (n: number): Claim => ({
    lhs: upTo(n, 1).reduce((text) => `min(x,${text})`, 'y'),
    rhs: 'min(x,y)',
    symbols: named(['x', 'y'], real),
  }),

  counted: (n: number): Claim => ({
    lhs: `y${n}`,
    rhs: `x+${n}`,
    symbols: named(['x', ...upTo(n).map((i) => `y${i}`)], real),
    given: ['y0 = x', ...upTo(n, 1).map((i) => `y${i} = y${i - 1}+1`)],
  }),
};
