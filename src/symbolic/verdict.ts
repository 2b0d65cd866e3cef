import { amount, flag, type KindsOf } from './arguments.ts';
import type { Expr } from './expr.ts';

/** An identity to decide; shared by files (strings) and code (expressions). */
export type Claim = {
  id?: string;
  lhs: string | Expr;
  rhs: string | Expr;
  /** Every symbol with its interval, defined ones included. */
  symbols: Record<string, string>;
  /** Acyclic definitions `name = expression` and inequalities `a < b`. */
  given?: readonly string[];
};

export type Counterexample = { point: Record<string, string>; lhs: string; rhs: string };

export type Verdict = {
  verdict: 'proved' | 'refuted' | 'undecided' | 'vacuous' | 'error';
  /** How it was decided, in a few words. */
  method: string;
  /** Wall time in milliseconds. */
  ms: number;
  /** log10 of the probability that a proof is wrong (proved only): −100 means 1e−100, −∞ that nothing random was asked. */
  errorBound?: number;
  /** Definedness conditions that the domains do not imply, as text: "x ≠ 0". */
  conditions: string[];
  counterexample?: Counterexample;
  /** Why it is undecided or vacuous; of an error what went wrong. */
  reason?: string;
  /** Undecided, since at none of the points tried both sides are defined. */
  definedNowhere?: true;
  /** For a refuted claim: a single edit of the right side under which it holds. */
  diagnosis?: string;
};

/** What `DecideOptions` may hold. */
export const DECIDE_OPTIONS: KindsOf<DecideOptions> = {
  simplify: flag,
  timeLimitMs: amount,
  seed: amount,
  diagnose: flag,
};

export type DecideOptions = {
  /** The decision, its diagnosis included, ends by then, as undecided. Default 5000. */
  timeLimitMs?: number;
  /** Changes the random points; the same seed gives the same verdict. Default 0. */
  seed?: number;
  /** Look for a single edit under which a refuted claim holds. Default true. */
  diagnose?: boolean;
  /** Look for simple numbers at which a refuted claim fails. Default true. */
  simplify?: boolean;
};
