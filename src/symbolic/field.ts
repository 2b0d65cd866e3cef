import { checkTime, type Clock } from './clock.ts';
import type { Domain } from './domain.ts';
import { topological, type Node } from './node.ts';
import { inverseMod, poolPrime, randomPrime, reconstruct } from './primes.ts';
import type { Random } from './random.ts';
import type { Rational } from './rational.ts';
import { Trial, type TrialOptions } from './trial.ts';

/** log10 of the error that one question to the field engine may have. */
const TARGET_LOG10 = -19;
const LEAST_TRIALS = 8;
const MAX_HIDDEN = 4;
const MAX_ATTEMPTS = 40_000;
/** For identities that must hold on every branch: choices of sign, trials and attempts for each combination. */
const MAX_CHOICES = 8;
const BRANCH_TRIALS = 3;
const MAX_BRANCH_ATTEMPTS = 4_000;

export type FieldResult =
  | { kind: 'equal'; log10Error: number; trials: number; primes: number }
  | { kind: 'differs' | 'mixed' }
  | { kind: 'unable'; reason: string };

export type FieldOptions = Pick<TrialOptions, 'pins'>;

/** Exact evaluation at random points modulo random primes. */
export class Field {
  private readonly domains: ReadonlyMap<string, Domain>;
  private readonly random: Random;
  private readonly clock: Clock;
  /** Drawn for this claim alone, so that no constant in it can have been made to vanish modulo them. */
  readonly own: readonly bigint[];

  constructor(domains: ReadonlyMap<string, Domain>, random: Random, clock: Clock) {
    this.domains = domains;
    this.random = random;
    this.clock = clock;
    this.own = [randomPrime(random), randomPrime(random)];
  }

  /**
   * Is a = b as functions? Each trial takes a random branch for every square root that is not settled by a
   * certified sign. A root never seen to be missing (its radicand was a square in every trial) may be ± something
   * rational; each such hidden choice halves the chance to meet the true branch, so trials are added until a
   * difference on the true branch would have shown.
   */
  equal(a: Node, b: Node, options: FieldOptions = {}): FieldResult {
    if (a === b)
      return { kind: 'equal', log10Error: LEAST_TRIALS * Math.log10(2 ** -60), trials: 0, primes: 0 };
    const trial = new Trial([a, b], this.domains);
    const [ia, ib] = [trial.indexOf(a), trial.indexOf(b)];
    const missing = new Set<Node>(); // bases once seen to be no squares
    const primes = new Set<bigint>();
    let passed = 0;
    let failed = 0;
    let needed = LEAST_TRIALS;
    for (let i = 0; passed + failed < needed; i++) {
      if (i % 16 === 0) this.clock.check();
      if (i > MAX_ATTEMPTS) return { kind: 'unable', reason: 'no random point at which all roots exist' };
      const p = i % 3 === 0 ? poolPrime(i / 3) : this.own[i % 2]!;
      const attempt = trial.attempt(p, this.random, options);
      if ('rejectedAt' in attempt) {
        const at = attempt.rejectedAt;
        if (at) missing.add(at.kind === 'pow' ? at.base : at);
        continue;
      }
      primes.add(p);
      if (attempt.values[ia] === attempt.values[ib]) passed++;
      else failed++;
      if (passed > 0 && failed > 0) return { kind: 'mixed' };
      if (failed >= LEAST_TRIALS) return { kind: 'differs' };
      const hidden = hiddenChoices(trial.order, missing, this.domains, options.pins);
      if (hidden > MAX_HIDDEN && passed > 24)
        return { kind: 'unable', reason: 'too many roots whose branch is not certified' };
      const most = Math.min(hidden, MAX_HIDDEN);
      needed =
        hidden === 0
          ? LEAST_TRIALS
          : Math.max(LEAST_TRIALS, Math.ceil((TARGET_LOG10 * Math.LN10) / Math.log1p(-(2 ** -most))));
    }
    const perTrial = Math.log10(degreeOf([a, b])) + choices(trial.order) * Math.log10(2) - 60 * Math.log10(2);
    if (!(perTrial <= -6)) return { kind: 'unable', reason: 'the degree is too large for the error bound' };
    const hidden = hiddenChoices(trial.order, missing, this.domains, options.pins);
    const polynomial = LEAST_TRIALS * perTrial;
    const branch = hidden === 0 ? -Infinity : passed * Math.log10(1 - 2 ** -hidden);
    return { kind: 'equal', log10Error: Math.max(polynomial, branch), trials: passed, primes: primes.size };
  }

  /**
   * Is a = b whatever sign each root and absolute value takes? Every combination is tried, so that no rare one is
   * missed; one at which no random point exists, or too many of them, count as no.
   */
  equalOnEveryBranch(a: Node, b: Node): boolean {
    if (a === b) return true;
    const trial = new Trial([a, b], this.domains);
    const [ia, ib] = [trial.indexOf(a), trial.indexOf(b)];
    const choices = trial.choices((base) => isSafe(base, this.domains));
    if (choices.length > MAX_CHOICES) return false;
    for (let combination = 0; combination < 2 ** choices.length; combination++) {
      this.clock.check();
      const flips = new Set(choices.filter((_, bit) => (combination >> bit) & 1).flat());
      let passed = 0;
      for (let i = 0; passed < BRANCH_TRIALS; i++) {
        if (i > MAX_BRANCH_ATTEMPTS) return false;
        const p = i % 3 === 0 ? poolPrime(i / 3) : this.own[i % 2]!;
        const attempt = trial.attempt(p, this.random, { flips });
        if ('rejectedAt' in attempt) continue;
        if (attempt.values[ia] !== attempt.values[ib]) return false;
        passed++;
      }
    }
    return true;
  }

  /** The rational number a/b, if random points show one. */
  constantRatio(a: Node, b: Node): Rational | null {
    const trial = new Trial([a, b], this.domains);
    const p = this.own[0]!;
    for (let i = 0; i < 4000; i++) {
      if (i % 16 === 0) this.clock.check();
      const attempt = trial.attempt(p, this.random);
      if ('rejectedAt' in attempt) continue;
      const below = inverseMod(attempt.values[trial.indexOf(b)]!, p);
      if (below !== null) return reconstruct((attempt.values[trial.indexOf(a)]! * below) % p, p);
    }
    return null;
  }

  /**
   * The combination of `basis` with rational coefficients that `target` is, as far as random points tell; the
   * caller verifies it. With `logarithmic`, of ln|basis| for ln|target|, up to a constant.
   */
  combination(target: Node, basis: readonly Node[], logarithmic: boolean): { n: bigint; d: bigint }[] | null {
    const trial = new Trial([target, ...basis], this.domains);
    const at = [...basis, target].map((node) => trial.indexOf(node));
    const p = this.own[0]!;
    const rows: bigint[][] = [];
    for (let i = 0; rows.length < basis.length + 3; i++) {
      if (i % 16 === 0) this.clock.check();
      if (i > 4000) return null;
      const attempt = trial.attempt(p, this.random, { tangents: logarithmic });
      if ('rejectedAt' in attempt) continue;
      const row: bigint[] = [];
      for (const k of at) {
        const value = attempt.values[k]!;
        if (!logarithmic) row.push(value);
        else if (value !== 0n) row.push((attempt.tangents![k]! * inverse(value, p)) % p);
      }
      if (row.length === at.length) rows.push(row);
    }
    return solve(rows, basis.length, p);
  }
}

const inverse = (a: bigint, p: bigint): bigint => inverseMod(a, p) ?? 0n;

/** Solves rows·(q, −1) = 0 mod p for small rational q; null when inconsistent, underdetermined ones are 0. */
function solve(rows: bigint[][], n: number, p: bigint): { n: bigint; d: bigint }[] | null {
  const matrix = rows.map((row) => row.map((x) => ((x % p) + p) % p));
  const pivots: number[] = [];
  let r = 0;
  for (let c = 0; c < n && r < matrix.length; c++) {
    checkTime();
    const pivot = matrix.findIndex((row, i) => i >= r && row[c] !== 0n);
    if (pivot < 0) continue;
    [matrix[r], matrix[pivot]] = [matrix[pivot]!, matrix[r]!];
    const scale = inverse(matrix[r]![c]!, p);
    matrix[r] = matrix[r]!.map((x) => (x * scale) % p);
    for (let i = 0; i < matrix.length; i++) {
      const factor = matrix[i]![c]!;
      if (i === r || factor === 0n) continue;
      matrix[i] = matrix[i]!.map((x, k) => (((x - factor * matrix[r]![k]!) % p) + p) % p);
    }
    pivots[r++] = c;
  }
  if (matrix.slice(r).some((row) => row[n] !== 0n)) return null;
  const out = Array.from({ length: n }, () => ({ n: 0n, d: 1n }));
  for (const [i, c] of pivots.entries()) {
    const q = reconstruct(matrix[i]![n]!, p);
    if (!q || q.d > 5040n || (q.n < 0n ? -q.n : q.n) > 100_000n) return null;
    out[c] = q;
  }
  return out;
}

/** Upper bound of the number of roots and absolute values that may be ± a function of the rest. */
function hiddenChoices(
  order: readonly Node[],
  missing: ReadonlySet<Node>,
  domains: ReadonlyMap<string, Domain>,
  pins?: ReadonlyMap<Node, number>,
): number {
  const hidden = new Set<Node>(); // abs nodes and bases of roots
  const affected = new Set<Node>();
  for (const node of order) {
    const below =
      'args' in node ? node.args : 'arg' in node ? [node.arg] : node.kind === 'pow' ? [node.base] : [];
    const tainted = below.some((child) => affected.has(child));
    if (tainted) affected.add(node);
    if (node.kind === 'abs') {
      if (!pins?.has(node.arg)) {
        hidden.add(node);
        affected.add(node);
      }
    } else if (node.kind === 'pow' && node.exponent.d % 2n === 0n && !isSafe(node.base, domains)) {
      if (missing.has(node.base) && !tainted) continue;
      hidden.add(node.base);
      affected.add(node);
    }
  }
  return hidden.size;
}

/** Bases whose roots are independent by construction: positive symbols, exponentials, small primes, |x|. */
function isSafe(base: Node, domains: ReadonlyMap<string, Domain>): boolean {
  if (base.kind === 'num') return base.d === 1n && base.n < 1_000_000n;
  if (base.kind === 'exp' || base.kind === 'pi') return true;
  if (base.kind === 'abs') return base.arg.kind === 'sym';
  const lo = base.kind === 'sym' ? domains.get(base.name)!.lo : null;
  return lo !== null && lo.n >= 0n;
}

/** Roots and conditions of the trials: each at most doubles the error of one. */
const choices = (order: readonly Node[]): number =>
  order.filter((n) => n.kind === 'abs' || (n.kind === 'pow' && n.exponent.d !== 1n)).length * 2;

/** Degree of the cleared difference in the random values, roots taken as values of their own. */
function degreeOf(roots: readonly Node[]): number {
  const degrees = new Map<Node, [number, number]>();
  for (const node of topological(roots))
    degrees.set(
      node,
      degree(node, (n) => degrees.get(n)!),
    );
  const [[a, b], [c, d]] = [degrees.get(roots[0]!)!, degrees.get(roots[1]!)!];
  return Math.max(1, a + d, b + c);
}

function degree(node: Node, of: (n: Node) => [number, number]): [number, number] {
  switch (node.kind) {
    case 'num':
      return [0, 0];
    case 'pi':
    case 'sym':
    case 'exp':
      return [2, 0]; // drawn as squares
    case 'log':
    case 'erf':
      return [1, 0];
    case 'abs':
      return of(node.arg);
    case 'mul':
      return node.args.map(of).reduce(([a, b], [c, d]) => [a + c, b + d]);
    case 'add': {
      const parts = node.args.map(of);
      const below = parts.reduce((total, [, d]) => total + d, 0);
      return [Math.max(...parts.map(([n, d]) => n + below - d)), below];
    }
    case 'pow': {
      const { n, d } = node.exponent;
      const e = Number(n < 0n ? -n : n);
      const [a, b] = of(node.base);
      const [x, y] = [d === 1n ? a * e : Math.max(1, a) * e, b * e];
      return n < 0n ? [y, x] : [x, y];
    }
  }
}
