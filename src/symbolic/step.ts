/** What a derivation says of each of its lines: the shape that tables, tests and tools read. */

/** `=` equal; `∝` equal up to a factor free of a variable; `+c` equal up to a term free of it; or an inequality. */
export const relations = ['=', '∝', '+c', '≤', '<', '≥', '>'] as const;
export type Relation = (typeof relations)[number];

/** Between expectations of densities: cited theorems prove them, never the algebra of expressions. */
export type Inequality = '≤' | '≥';

/**
 * Every verdict, in the order in which they are counted. `proved`: in all of the stated scope, by rules or exact algebra.
 * `error`: a fault of the checker itself, which says nothing of the step.
 * `tested`: exact on the finite models that the scope names, and nothing is known beyond them; it never counts as proved.
 */
export const stepVerdicts = [
  'proved', 'tested', 'refuted', 'undecided', 'error', 'assumed', 'vacuous',
] as const; // prettier-ignore

export type StepVerdict = (typeof stepVerdicts)[number];

/** What the author of a step is told: it cannot be asked as it stands. */
export class StepError extends Error {}

export interface StepCounterexample {
  /** Symbol (`x'` for another value of x), its TeX and its value, e.g. `1/2`. */
  point: { name: string; tex: string; value: string }[];
  lhs: string;
  rhs: string;
  /** What lhs and rhs are, where they are not the two lines: `the difference of exponents`, `at the primed value`. */
  sides?: readonly [string, string];
}

export interface StepMutants {
  /** Single-token edits of the step that the checker refutes. */
  refuted: number;
  total: number;
  /** The others, written out, with what the checker says of them: `proved` edits change nothing. */
  survivors: { text: string; verdict: string }[];
}

export interface Step {
  readonly kind: 'start' | 'step' | 'so' | 'assume' | 'conclusion';
  readonly relation: Relation | Inequality | '';
  /** The whole line as TeX, left-hand side included where the step shows one. */
  readonly tex: string;
  readonly text: string;
  /** Why, in the author's words; `$…$` is mathematics. */
  readonly because?: string;
  /** What the verdict ranges over: `up to a factor free of $x$`, `all densities, all $T \ge 1$`. */
  readonly scope?: string;
  /** TeX of the relations between symbols that the verdict rests on. */
  readonly uses: readonly string[];
  /** TeX of what must hold for both sides to be defined, beyond the declared domains. */
  readonly conditions: readonly string[];
  /** The symbols that these conditions read. */
  readonly confines?: readonly string[];
  readonly cite?: string;
  /** Marked by the author as not decided yet: an `undecided` or `tested` verdict does not fail the derivation. */
  readonly open: boolean;
  readonly verdict: StepVerdict;
  readonly method?: string;
  /** Decimal logarithm of the bound on the probability that `proved` is wrong; −∞ where nothing random was asked. */
  readonly log10Error?: number;
  readonly ms: number;
  readonly counterexample?: StepCounterexample;
  readonly diagnosis?: string;
  readonly reason?: string;
  readonly mutants?: StepMutants;
}
