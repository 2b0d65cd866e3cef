import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bits, fold, integers, normal, permutation, randomKey, uniform } from '../../src/engine/index.ts';
import { philox } from '../../src/engine/random/philox.ts';

const ones = 0xffffffff;

// Random123 1.14, tests/kat_vectors, "philox4x32 10".
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ones, ones, ones, ones],
    [ones, ones],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const)('Philox of counter %j under key %j is what Random123 says', (counter, key, expected) => {
  expect([...philox(counter, key)]).toEqual(expected);
});

test('the numbers of a key never change: a stored draw comes again', () => {
  // These values are the contract with every checkpoint and committed notebook.
  expect([...bits(randomKey(0), 4)]).toEqual(STORED.bits);
  expect([...normal(fold(randomKey(7), 1, 2), 3)]).toEqual(STORED.normal);
  expect([...permutation(randomKey(3), 8)]).toEqual(STORED.permutation);
});

const STORED = {
  bits: [1056696297, 45283361, 1876749072, 2538466268],
  normal: [1.346889615058899, -0.9755874276161194, -0.4740971624851227],
  permutation: [5, 1, 0, 2, 7, 4, 6, 3],
};

const key = fc.maxSafeInteger().map((seed) => randomKey(seed));

test('a shorter draw is the beginning of a longer one', () => {
  fc.assert(
    fc.property(key, fc.nat(50), fc.nat(50), (k, n, more) => {
      expect(normal(k, n)).toEqual(normal(k, n + more).subarray(0, n));
      expect(uniform(k, n)).toEqual(uniform(k, n + more).subarray(0, n));
      expect(integers(k, n, -3, 9)).toEqual(integers(k, n + more, -3, 9).subarray(0, n));
    }),
  );
});

test('other seeds, other data and another order of data give other streams', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.maxSafeInteger(), (seed, a, b) => {
      fc.pre(a !== b && a !== seed);
      const k = randomKey(seed);
      const streams = [k, randomKey(a), fold(k, a), fold(k, b), fold(k, a, b), fold(k, b, a)];
      expect(new Set(streams.map((stream) => bits(stream, 4).join())).size).toBe(streams.length);
    }),
  );
});

test('folding step by step is folding at once', () => {
  fc.assert(
    fc.property(key, fc.maxSafeInteger(), fc.maxSafeInteger(), (k, a, b) => {
      expect(fold(k, a, b)).toEqual(fold(fold(k, a), b));
    }),
  );
});

test('a key cannot be changed', () => {
  expect(Object.isFrozen(randomKey(1))).toBe(true);
  expect(Object.isFrozen(fold(randomKey(1), 2))).toBe(true);
});

test('normal numbers have the moments and tails of a normal distribution', () => {
  const n = 400_000;
  const z = normal(randomKey(11), n);
  const moment = (p: number) => z.reduce((sum, v) => sum + v ** p, 0) / n;
  // Five standard errors each: √(15/n) for the third moment, √(96/n) for the fourth.
  expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  const beyond2 = z.filter((v) => Math.abs(v) > 2).length / n;
  expect(Math.abs(beyond2 - 0.0455)).toBeLessThan(5 * Math.sqrt(0.0455 / n));
  const neighbours = z.reduce((sum, v, i) => sum + v * (z[i + 1] ?? 0), 0) / n;
  expect(Math.abs(neighbours)).toBeLessThan(5 / Math.sqrt(n));
});

test('uniform numbers are in [0, 1) and fill sixteen bins evenly', () => {
  const n = 160_000;
  const bins = new Array<number>(16).fill(0);
  for (const u of uniform(randomKey(5), n)) {
    expect(u >= 0 && u < 1).toBe(true);
    bins[Math.floor(16 * u)]! += 1;
  }
  const chi2 = bins.reduce((sum, count) => sum + (count - n / 16) ** 2 / (n / 16), 0);
  expect(chi2).toBeLessThan(45); // 15 degrees of freedom: p < 1e-4
});

test('a permutation holds every index once, and small ones come up equally often', () => {
  fc.assert(
    fc.property(key, fc.nat(200), (k, n) => {
      expect([...permutation(k, n)].sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
    }),
  );
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = permutation(fold(randomKey(1), i), 3).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('integers keep to their range, ends included, and take any seed range', () => {
  fc.assert(
    fc.property(
      key,
      fc.integer({ min: -1e6, max: 1e6 }),
      fc.integer({ min: 1, max: 1e6 }),
      (k, low, width) => {
        for (const n of integers(k, 20, low, low + width)) expect(n >= low && n < low + width).toBe(true);
      },
    ),
  );
  expect(new Set(integers(randomKey(2), 200, 1, 5))).toEqual(new Set([1, 2, 3, 4]));
});

test('shapes are taken, and nonsense is refused by name', () => {
  expect(normal(randomKey(0), [2, 3, 4]).length).toBe(24);
  expect(() => randomKey(0.5)).toThrow('seed must be an integer, got 0.5');
  expect(() => fold(randomKey(0), NaN)).toThrow('must be an integer, got NaN');
  expect(() => integers(randomKey(0), 3, 5, 5)).toThrow('low < high, got 5 and 5');
  expect(() => normal(randomKey(0), [2, -1])).toThrow('got [2,-1]');
});

test('a part of a draw is that part of the whole', () => {
  const at = fc.nat({ max: 50 });
  fc.assert(
    fc.property(key, at, at, (k, from, count) => {
      expect([...bits(k, count, from)]).toEqual([...bits(k, from + count).slice(from)]);
      expect([...normal(k, count, from)]).toEqual([...normal(k, from + count).slice(from)]);
    }),
  );
});
