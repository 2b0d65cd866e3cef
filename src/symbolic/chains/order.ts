/**
 * What is known of the order of symbolic indices: a system of differences, a ≤ b + c, closed under shortest paths.
 * It knows T ≥ its least value and the range of every bound index.
 */
import { indexText, shift, type Index } from './syntax.ts';

/** Two indices whose order does not follow from their ranges: x_{t-1} and x_0 where t may be 1. */
export class OrderUnknown extends Error {
  override readonly name = 'OrderUnknown';
  constructor(a: Index, b: Index) {
    super(`the order of ${indexText(a)} and ${indexText(b)} is not settled by their ranges`);
  }
}

export class Order {
  /** limit.get('a>b') = c says a − b ≤ c. */
  private readonly limits: ReadonlyMap<string, number>;
  private readonly bases: ReadonlySet<string>;

  private constructor(limits: ReadonlyMap<string, number>, bases: ReadonlySet<string>) {
    this.limits = limits;
    this.bases = bases;
  }

  /** Knows that T is at least this. */
  static ofLength(least: number): Order {
    return new Order(new Map(), new Set([''])).with([
      { low: { base: '', plus: least }, high: { base: 'T', plus: 0 } },
    ]);
  }

  /** Is it the name of an index that means something already? */
  knows(index: string): boolean {
    return this.bases.has(index);
  }

  /** Knows also that from ≤ index ≤ to. */
  within(index: string, from: Index, to: Index): Order {
    const at = { base: index, plus: 0 };
    const forgotten = [...this.limits].filter(([key]) => !key.split('>').includes(index));
    return new Order(new Map(forgotten), this.bases).with([
      { low: from, high: at },
      { low: at, high: to },
    ]);
  }

  private with(facts: readonly { low: Index; high: Index }[]): Order {
    const limits = new Map(this.limits);
    const bases = new Set(this.bases);
    for (const { low, high } of facts) {
      bases.add(low.base);
      bases.add(high.base);
      const key = `${low.base}>${high.base}`;
      limits.set(key, Math.min(limits.get(key) ?? Infinity, high.plus - low.plus));
    }
    for (const k of bases)
      for (const a of bases)
        for (const b of bases) {
          const through = (limits.get(`${a}>${k}`) ?? Infinity) + (limits.get(`${k}>${b}`) ?? Infinity);
          if (a !== b && through < (limits.get(`${a}>${b}`) ?? Infinity)) limits.set(`${a}>${b}`, through);
        }
    return new Order(limits, bases);
  }

  /** a ≤ b for certain. */
  atMost(a: Index, b: Index): boolean {
    if (a.base === b.base) return a.plus <= b.plus;
    return (this.limits.get(`${a.base}>${b.base}`) ?? Infinity) + a.plus - b.plus <= 0;
  }

  /** −1, 0 or 1. @throws OrderUnknown */
  compare(a: Index, b: Index): number {
    if (this.atMost(a, b)) {
      if (this.atMost(b, a)) return 0;
      if (this.atMost(shift(a, 1), b)) return -1;
    } else if (this.atMost(shift(b, 1), a)) return 1;
    throw new OrderUnknown(a, b);
  }
}
