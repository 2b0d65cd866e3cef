const MASK = 0xffffffffn;

/** The high word of a 32 × 32 bit product. */
function high(a: number, b: number): number {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const rest = (middle & 0xffff) + a0 * b1;
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(rest / 0x10000)) >>> 0;
}

/** Philox4x32-10 (Salmon et al. 2011): four 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let i = 0; i < 10; i++) {
    const [h0, l0] = [high(0xd2511f53, c0), Math.imul(0xd2511f53, c0)];
    const [h1, l1] = [high(0xcd9e8d57, c2), Math.imul(0xcd9e8d57, c2)];
    [c0, c1, c2, c3] = [h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0];
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** FNV-1a over 64 bits: spread by Philox, it need not be cryptographic. */
export function fnv(text: string, seed = 0n): bigint {
  let hash = 0xcbf29ce484222325n ^ seed;
  for (let i = 0; i < text.length; i++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash;
}

/** A stream of random numbers; the same key gives the same stream. */
export class Random {
  private readonly key: readonly [number, number];
  private counter = 0;
  private words: number[] = [];

  constructor(key: readonly [number, number]) {
    this.key = key;
  }

  /** A stream for this text and seed, so that a claim always meets the same points. */
  static of(text: string, seed = 0): Random {
    const hash = fnv(text, BigInt.asUintN(64, BigInt(Math.trunc(seed))));
    return new Random([Number(hash & MASK), Number(hash >> 32n)]);
  }

  /** 32 random bits. */
  word(): number {
    if (this.words.length === 0) {
      const c = this.counter++;
      this.words = philox([c >>> 0, Math.floor(c / 2 ** 32), 0, 0], this.key);
    }
    return this.words.pop()!;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return (this.word() * 2 ** 21 + (this.word() >>> 11)) / 2 ** 53;
  }

  /** Uniform integer in [0, n), n ≤ 2^32. */
  below(n: number): number {
    return Math.floor((this.word() / 2 ** 32) * n);
  }

  /** Uniform in [0, p) up to a bias of 2^−32 for p < 2^64. */
  residue(p: bigint): bigint {
    return ((BigInt(this.word()) << 64n) | (BigInt(this.word()) << 32n) | BigInt(this.word())) % p;
  }
}
