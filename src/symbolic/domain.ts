import { compareQ, divQ, parseDecimal, type Rational } from './rational.ts';

/** An interval; null stands for −∞ or ∞ (always open there). */
export type Domain = {
  readonly lo: Rational | null;
  readonly hi: Rational | null;
  readonly loClosed: boolean;
  readonly hiClosed: boolean;
};

/** "(0,1)", "[0,inf)", "(-inf,inf)"; bounds are decimals or fractions such as 1/2. Null when malformed. */
export function parseDomain(text: string): Domain | null {
  const match = /^\s*([[(])\s*([^,]+?)\s*,\s*([^,]+?)\s*([\])])\s*$/.exec(text);
  if (!match) return null;
  const [, open, left, right, close] = match as unknown as [string, string, string, string, string];
  const lo = bound(left, '-');
  const hi = bound(right, '+');
  if (lo === undefined || hi === undefined) return null;
  if ((lo === null && open === '[') || (hi === null && close === ']')) return null;
  return { lo, hi, loClosed: open === '[', hiClosed: close === ']' };
}

/** null for the infinity allowed on this side, undefined when it is no bound. */
function bound(text: string, side: '-' | '+'): Rational | null | undefined {
  if (side === '-' && text === '-inf') return null;
  if (side === '+' && (text === 'inf' || text === '+inf')) return null;
  const [top, below, ...more] = text.split('/');
  const n = parseDecimal(top ?? '');
  if (!n || more.length > 0) return undefined;
  if (below === undefined) return n;
  const d = parseDecimal(below);
  return d && d.n !== 0n ? divQ(n, d) : undefined;
}

export function isEmpty({ lo, hi, loClosed, hiClosed }: Domain): boolean {
  if (lo === null || hi === null) return false;
  const order = compareQ(lo, hi);
  return order > 0 || (order === 0 && !(loClosed && hiClosed));
}

export function contains({ lo, hi, loClosed, hiClosed }: Domain, x: Rational): boolean {
  const below = lo === null ? 1 : compareQ(x, lo);
  const above = hi === null ? 1 : compareQ(hi, x);
  return (below > 0 || (below === 0 && loClosed)) && (above > 0 || (above === 0 && hiClosed));
}

/** Does every point of the first lie in the second? */
export function within(inner: Domain, outer: Domain): boolean {
  const fits = (a: Rational | null, b: Rational | null, aClosed: boolean, bClosed: boolean, side: 1 | -1) => {
    if (b === null) return true;
    if (a === null) return false;
    const order = side * compareQ(a, b);
    return order > 0 || (order === 0 && (bClosed || !aClosed));
  };
  return (
    isEmpty(inner) ||
    (fits(inner.lo, outer.lo, inner.loClosed, outer.loClosed, 1) &&
      fits(inner.hi, outer.hi, inner.hiClosed, outer.hiClosed, -1))
  );
}
