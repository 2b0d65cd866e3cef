/** What a derivation is told, and what it offers. */
import { amount, anything, flag, record, text, texts, type KindsOf } from './arguments.ts';
import type { CheckOptions } from './derivation-text.ts';
import type { Expr } from './expr.ts';
import type { Formula } from './formula.ts';
import type { Quantity } from './quantity.ts';
import type { Relation, Step } from './step.ts';
import type { SymbolTable } from './symbols.ts';

/** What `DerivationOptions` and `StepOptions` may hold. */
export const DERIVATION_OPTIONS: KindsOf<DerivationOptions> = {
  timeLimitMs: amount,
  symbols: record,
  given: texts,
  of: text,
  relation: anything,
  because: text,
  cite: text,
  mutants: flag,
};
export const STEP_OPTIONS: KindsOf<StepOptions> = {
  because: text,
  given: texts,
  relation: anything,
  about: text,
  open: flag,
};

export type ExprLike = string | Expr | Formula;

export interface DerivationOptions {
  symbols: SymbolTable;
  /** Relations between symbols that every step may use: `beta = 1 - alpha`, `a < b`. */
  given?: readonly string[];
  /** TeX of the quantity derived, shown left of the first line: `\log q(x_{t-1}\mid x_t,x_0)`. */
  of?: string;
  /** How the first line stands to it. Default `=`. */
  relation?: Relation;
  /** Why the first line holds, e.g. `Bayes' rule`; with `cite` it counts as assumed, else as a definition. */
  because?: string;
  cite?: string;
  /** Count refuted single-token edits of each proved step. Default true; it costs one decision an edit. */
  mutants?: boolean;
  /** A step, its mutants or its diagnosis included, ends by then, as undecided. Default 30,000. */
  timeLimitMs?: number;
}

export interface StepOptions {
  /** The reason, for the reader; `$…$` is mathematics. */
  because?: string;
  /** More relations, for this step alone. */
  given?: readonly string[];
  /** Default `=`. `∝` and `+c` need `about`; `≤`, `<`, `≥`, `>` compare this line with the one before. */
  relation?: Relation;
  about?: string;
  /** An undecided verdict does not fail the derivation. */
  open?: boolean;
}

/** The Gaussian that a density turns out to be: its variable, mean and variance. */
export interface GaussianTarget {
  x: string;
  mean: Formula;
  variance: Formula;
}

export interface Derivation {
  readonly title: string;
  /** Judged on first access. */
  readonly steps: readonly Step[];
  /** `5 steps · 3 proved · 1 assumed` */
  readonly summary: string;
  /** The formulas it concludes with, in order. */
  readonly formulas: readonly Formula[];
  /**
   * The next line. A formula brings the relations it holds under, for this step alone; they are listed with it.
   * @throws when it compares the other way than an earlier line of the same chain: a ≤ b ≥ c says nothing of a and c.
   */
  step(next: ExprLike, options?: StepOptions): Derivation;
  /** A statement on the side; later steps go on from its right-hand side. The left-hand side may be read off the main line: `varianceOf('x')`. */
  so(lhs: ExprLike | Quantity, rhs: ExprLike, options?: StepOptions & { name?: string }): Derivation;
  /** A cited fact that no engine decides, as TeX. */
  assume(tex: string, options: { cite: string; because?: string }): Derivation;
  /**
   * The last line is this formula; or the main line is the density of this Gaussian.
   * @throws when the formula holds given relations that this derivation is not given, or is declared over wider domains:
   *   a proof never borrows its premises from what it proves.
   */
  concludes(target: Formula | GaussianTarget, options?: StepOptions): Derivation;
  /** Itself, when every step holds. @throws when a step is refuted, undecided and not open, or when nothing is proved; and when an option is unknown. */
  check(options?: CheckOptions): Derivation;
  toTeX(): string;
  toString(): string;
}
