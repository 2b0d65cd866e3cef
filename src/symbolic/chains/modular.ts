/**
 * The arithmetic that certifies a pass. A claim on n-state chains says that Σ Rᵢ·log Fᵢ + R₀ = 0, where Rᵢ and Fᵢ are
 * rational functions of the table entries. Factor the Fᵢ into irreducible polynomials f: the claim holds for all tables
 * iff R₀ = 0, the coefficient of every log f is 0, and so is that of the logarithm of every constant.
 *
 * Draw tables a and b and a direction d, and replace log F by its derivative along d at b, while Rᵢ and R₀ are taken at
 * a: H = Σ Rᵢ(a)·(∂_d Fᵢ/Fᵢ)(b). If some f keeps a coefficient S with S(a) ≠ 0, then H has a simple pole along f = 0
 * and is not identically 0. So H and R₀ are identically 0 iff those coefficients are, up to the constants; as H is a
 * rational function of (a, b, d) of known degree D, a random point mod p finds a false claim but for D/p
 * (Schwartz–Zippel). Constants have derivative 0: exact evaluation at random whole numbers below M finds those but for D/M.
 */
import type { Rational } from '../rational.ts';
import { inverseMod } from '../primes.ts';
import { NoValue, type Arithmetic } from './evaluate.ts';

/** A rational function at a, at b, and its derivative at b; and its degree as a quotient of polynomials. */
export interface Residue {
  readonly a: bigint;
  readonly b: bigint;
  readonly db: bigint;
  readonly degree: Degree;
}

type Degree = readonly [num: number, den: number];

export interface ModularValue extends Residue {
  /** Σ R(a)·(∂F/F)(b), where logarithms took part. */
  readonly h?: bigint;
}

/** The prime divides a denominator: draw again. */
export class BadPoint extends Error {
  override readonly name = 'BadPoint';
}

export function modular(p: bigint): Arithmetic<Residue, ModularValue> {
  const mod = (x: bigint): bigint => ((x % p) + p) % p;
  const inverse = (x: bigint): bigint => {
    const found = inverseMod(x, p);
    if (found === null) throw new BadPoint('a denominator is 0 mod p');
    return found;
  };
  const constant = (n: bigint): Residue => ({ a: mod(n), b: mod(n), db: 0n, degree: [0, 0] });
  const mul = (x: Residue, y: Residue): Residue => ({
    a: (x.a * y.a) % p,
    b: (x.b * y.b) % p,
    db: (x.db * y.b + x.b * y.db) % p,
    degree: [x.degree[0] + y.degree[0], x.degree[1] + y.degree[1]],
  });
  const div = (x: Residue, y: Residue): Residue => {
    const [ia, ib] = [inverse(y.a), inverse(y.b)];
    const b = (x.b * ib) % p;
    return {
      a: (x.a * ia) % p,
      b,
      db: mod(mod(x.db - b * y.db) * ib),
      degree: [x.degree[0] + y.degree[1], x.degree[1] + y.degree[0]],
    };
  };
  const sums = (terms: readonly Residue[]): Omit<Residue, 'degree'> => ({
    a: mod(terms.reduce((sum, { a }) => sum + a, 0n)),
    b: mod(terms.reduce((sum, { b }) => sum + b, 0n)),
    db: mod(terms.reduce((sum, { db }) => sum + db, 0n)),
  });
  return {
    zero: constant(0n),
    one: constant(1n),
    mul,
    div,
    sum: (cells, degree) => ({ ...sums(cells), degree: [degree, degree] }),
    plain: (cell) => cell,
    number: ({ n, d }: Rational) => (d === 1n ? constant(n) : div(constant(n), constant(d))),
    total: (terms) => {
      const den = terms.reduce((sum, { degree }) => sum + degree[1], 0);
      const num = Math.max(0, ...terms.map(({ degree }) => degree[0] + den - degree[1]));
      const logs = terms.filter(({ h }) => h !== undefined);
      const h = logs.length === 0 ? {} : { h: mod(logs.reduce((sum, term) => sum + term.h!, 0n)) };
      return { ...sums(terms), degree: [num, den], ...h };
    },
    negative: (x) => ({
      a: mod(-x.a),
      b: mod(-x.b),
      db: mod(-x.db),
      degree: x.degree,
      ...(x.h !== undefined && { h: mod(-x.h) }),
    }),
    times: (x, y) => {
      if (x.h !== undefined && y.h !== undefined) throw new NoValue('a product of logarithms');
      const [log, factor] = x.h !== undefined ? [x, y] : [y, x];
      return { ...mul(x, y), ...(log.h !== undefined && { h: (log.h * factor.a) % p }) };
    },
    quotient: (x, y) => {
      if (y.h !== undefined) throw new NoValue('a quotient by a logarithm');
      return { ...div(x, y), ...(x.h !== undefined && { h: (x.h * inverse(y.a)) % p }) };
    },
    log: (x) => {
      if (x.h !== undefined) throw new NoValue('a logarithm of a logarithm');
      const degree = x.degree[0] + x.degree[1];
      return { a: 0n, b: 0n, db: 0n, degree: [degree, degree], h: (x.db * inverse(x.b)) % p };
    },
  };
}
