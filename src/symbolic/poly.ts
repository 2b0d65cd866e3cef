import { checkTime } from './clock.ts';
import { ONE, absBig, addQ, mulQ, negQ, type Rational } from './rational.ts';

/**
 * A polynomial over ℚ: monomial key to coefficient, never 0. The key's character at i is the exponent of variable i, with
 * no zero at its end: two keys are multiplied by adding characters, and the key of 1 is empty.
 */
export type Poly = ReadonlyMap<string, Rational>;

/** Expansion got too large to be worth going on. */
export class TooLarge extends Error {}

const MAX_TERMS = 1500;
const LARGEST = 1n << 65536n; // of what a coefficient is made of

/** @throws TooLarge for a coefficient of tens of thousands of digits */
function bounded(q: Rational): Rational {
  if (absBig(q.n) > LARGEST || q.d > LARGEST) throw new TooLarge();
  return q;
}

export const polyConstant = (q: Rational): Poly => (q.n === 0n ? new Map() : new Map([['', q]]));
export const polyVariable = (index: number): Poly => new Map([['\0'.repeat(index) + '\x01', ONE]]);

export function polyAdd(a: Poly, b: Poly): Poly {
  const out = new Map(a);
  for (const [key, q] of b) {
    const known = out.get(key);
    const total = known ? addQ(known, q) : q;
    if (total.n === 0n) out.delete(key);
    else out.set(key, total);
  }
  return out;
}

export const polyNeg = (a: Poly): Poly => new Map([...a].map(([key, q]) => [key, negQ(q)]));

function powersOf(key: string): [variable: number, exponent: number][] {
  const powers: [number, number][] = [];
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) > 0) powers.push([i, key.charCodeAt(i)]);
  return powers;
}

function keyProduct(a: string, b: string): string {
  const [long, short] = a.length < b.length ? [b, a] : [a, b];
  let key = '';
  for (let i = 0; i < short.length; i++) {
    const exponent = short.charCodeAt(i) + long.charCodeAt(i);
    if (exponent > 0xffff) throw new TooLarge(); // more than a character holds
    key += String.fromCharCode(exponent);
  }
  return key + long.slice(short.length);
}

/** The key without a variable. */
function keyWithout(key: string, variable: number): string {
  if (variable < key.length - 1) return `${key.slice(0, variable)}\0${key.slice(variable + 1)}`;
  let end = Math.min(variable, key.length);
  if (end < key.length) while (end > 0 && key.charCodeAt(end - 1) === 0) end--;
  return key.slice(0, end);
}

export function polyMul(a: Poly, b: Poly): Poly {
  if (a.size * b.size > 20 * MAX_TERMS) throw new TooLarge();
  const out = new Map<string, Rational>();
  for (const [k, p] of a) {
    checkTime();
    for (const [l, q] of b) {
      const key = keyProduct(k, l);
      const product = mulQ(p, q);
      const known = out.get(key);
      const total = bounded(known ? addQ(known, product) : product);
      if (total.n === 0n) out.delete(key);
      else out.set(key, total);
    }
  }
  if (out.size > MAX_TERMS) throw new TooLarge();
  return out;
}

export function polyPow(a: Poly, e: number): Poly {
  if (e > 16 && a.size > 1) throw new TooLarge();
  let out = polyConstant(ONE);
  for (let i = 0; i < e; i++) out = polyMul(out, a);
  return out;
}

/** a as a polynomial in one variable: coefficients by power. */
export function polyByPower(a: Poly, variable: number): Map<number, Poly> {
  const out = new Map<number, Map<string, Rational>>();
  for (const [key, q] of a) {
    const e = variable < key.length ? key.charCodeAt(variable) : 0;
    if (!out.has(e)) out.set(e, new Map());
    out.get(e)!.set(keyWithout(key, variable), q);
  }
  return out;
}

export const polyVariables = (a: Poly): Set<number> =>
  new Set([...a.keys()].flatMap((key) => powersOf(key).map(([v]) => v)));

/** What is known of a variable: 'positive' > 0, 'weak' ≥ 0, 'free' any sign. */
export type VariableKind = 'positive' | 'weak' | 'free';

export type Sign = { readonly sign: -1 | 0 | 1; readonly strict: boolean };
export const UNKNOWN_SIGN: Sign = { sign: 0, strict: false };

/** The sign all coefficients share, where every monomial is itself known to be ≥ 0. */
export function polySign(a: Poly, kindOf: (variable: number) => VariableKind): Sign {
  let sign: -1 | 0 | 1 = 0;
  let strict = false;
  for (const [key, q] of a) {
    const powers = powersOf(key);
    if (powers.some(([v, e]) => kindOf(v) === 'free' && e % 2 !== 0)) return UNKNOWN_SIGN;
    const s = q.n > 0n ? 1 : -1;
    if (sign !== 0 && s !== sign) return UNKNOWN_SIGN;
    sign = s;
    if (powers.every(([v]) => kindOf(v) === 'positive')) strict = true;
  }
  return { sign, strict };
}
