/**
 * Derivations: a chain of lines, each checked against the one before, ending at the very formula that is executed.
 * The builder is immutable; a step is judged when it is first looked at, and once.
 */
import { derivationTeX, derivationText, failures, relationTeX, summarize } from './derivation-text.ts';
import { requireDensity, requirePositive, type DensityOf, type Turn } from './density.ts';
import { call, symbolsOf, toText, type Expr } from './expr.ts';
import type { Formula } from './formula.ts';
import { exponent, logDensity, type Gaussian } from './gaussian.ts';
import { judge, readOff, type Judgement } from './judge.ts';
import { parse } from './parse.ts';
import type { Quantity } from './quantity.ts';
import { readRelation, requireGiven, type GivenRelation } from './relations.ts';
import type { Relation, Step } from './step.ts';
import { suggestion, type SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';
import { isExponential } from './upto.ts';

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
  /** The next line. */
  step(next: ExprLike, options?: StepOptions): Derivation;
  /** A statement on the side; later steps go on from its right-hand side. The left-hand side may be read off the main line: `varianceOf('x')`. */
  so(lhs: ExprLike | Quantity, rhs: ExprLike, options?: StepOptions & { name?: string }): Derivation;
  /** A cited fact that no engine decides, as TeX. */
  assume(tex: string, options: { cite: string; because?: string }): Derivation;
  /**
   * The last line is this formula; or the main line is the density of this Gaussian.
   * @throws when the formula holds given relations that this derivation is not given: a proof never borrows its premises
   *   from what it proves.
   */
  concludes(target: Formula | GaussianTarget, options?: StepOptions): Derivation;
  /** Itself, when every step holds. @throws when a step is refuted, undecided and not open, or when nothing is proved. */
  check(): Derivation;
  toTeX(): string;
  toString(): string;
}

interface State {
  readonly title: string;
  readonly options: DerivationOptions;
  readonly given: readonly GivenRelation[];
  readonly lines: readonly (() => Step)[];
  /** The line that the derivation is about, and the line that the next step goes on from. */
  readonly main: Expr;
  readonly current: Expr;
  readonly aside: boolean;
  /** How the main line came from the start, where not by equality. */
  readonly turns: readonly Turn[];
  readonly formulas: readonly Formula[];
}

/**
 * Starts a derivation.
 * @throws when an expression does not parse or reads an undeclared symbol.
 */
export function derive(title: string, start: ExprLike, options: DerivationOptions): Derivation {
  const given = (options.given ?? []).map((text) => readRelation(text, options.symbols));
  const { of, relation = '=', because, cite } = options;
  const main = read(start, options.symbols);
  const line = (): Step => ({
    kind: 'start',
    relation: '',
    tex: (of === undefined ? '' : `${of} ${relationTeX[relation]} `) + typeset(main, options.symbols),
    text: toText(main),
    because,
    ...(cite === undefined
      ? { verdict: 'vacuous', reason: 'where it starts' }
      : { verdict: 'assumed', cite }),
    ...nothing,
  });
  return build({
    title,
    options,
    given,
    lines: [once(line)],
    main,
    current: main,
    aside: false,
    turns: [],
    formulas: [],
  });
}

const nothing = { uses: [], conditions: [], open: false, ms: 0 } as const;

function build(state: State): Derivation {
  const { title, options, main, current } = state;
  const { symbols } = options;
  const lines = (): Step[] => state.lines.map((line) => line());
  const append = (line: () => Step, change: Partial<State> = {}): Derivation =>
    build({ ...state, ...change, lines: [...state.lines, once(line)] });
  const ask = (previous: Expr, next: Expr, { relation = '=', about, given = [] }: StepOptions): Judgement => {
    const all = [...state.given, ...given.map((text) => readRelation(text, symbols))];
    const distinct = all.filter(({ text }, i) => all.findIndex((other) => other.text === text) === i);
    return judge(
      { previous, next, relation, about, symbols, given: distinct },
      { mutants: options.mutants ?? true },
    );
  };
  const shown = (step: StepOptions): Pick<Step, 'because' | 'open' | 'scope'> => ({
    because: step.because,
    open: step.open ?? false,
    scope: scopeOf(step, symbols),
  });

  const self: Derivation = {
    title,
    formulas: state.formulas,
    get steps() {
      return lines();
    },
    get summary() {
      return summarize(lines());
    },
    step: (next, step = {}) => {
      const expr = read(next, symbols);
      const line = (): Step => ({
        kind: 'step',
        relation: step.relation ?? '=',
        tex: typeset(expr, symbols),
        text: toText(expr),
        ...shown(step),
        ...ask(current, expr, step),
      });
      const { relation = '=', about } = step;
      const turns = relation === '=' ? state.turns : [...state.turns, { relation, about }];
      return append(line, { current: expr, ...(!state.aside && { main: expr, turns }) });
    },
    so: (lhs, rhs, step = {}) => {
      const [left, right] = [
        isQuantity(lhs) ? readOff(lhs, densityOf(lhs.of)) : read(lhs, symbols),
        read(rhs, symbols),
      ];
      const names = [
        step.name,
        isQuantity(lhs) ? undefined : typeset(left, symbols),
        typeset(right, symbols),
      ];
      const { relation = '=' } = step;
      const line = (): Step => ({
        kind: 'so',
        relation,
        tex: names.filter((name) => name !== undefined).join(` ${relationTeX[relation]} `),
        text: `${isQuantity(lhs) ? `${lhs.label} in ${lhs.of}` : toText(left)} ${relation} ${toText(right)}`,
        ...shown(step),
        ...ask(left, right, step),
      });
      return append(line, { current: right, aside: true });
    },
    assume: (tex, { cite, because }) =>
      append(() => ({
        kind: 'assume',
        relation: '',
        tex,
        text: tex,
        because,
        cite,
        verdict: 'assumed',
        ...nothing,
      })),
    concludes: (target, step = {}) =>
      'mean' in target ? concludeGaussian(target, step) : concludeFormula(target, step),
    check: () => {
      const failed = failures(title, lines());
      if (failed !== undefined) throw new Error(failed);
      return self;
    },
    toTeX: () => derivationTeX(title, lines()),
    toString: () => derivationText(title, lines()),
  };

  function concludeFormula(target: Formula, step: StepOptions): Derivation {
    const expr = read(target, symbols);
    requireGiven(target, premises(step), title);
    const line = (): Step => ({
      kind: 'conclusion',
      relation: '=',
      tex: target.typeset(),
      text: `${target.name} = ${toText(expr)}`,
      ...shown({ because: `the ${target.name}`, ...step }),
      ...ask(current, expr, step),
    });
    return append(line, { formulas: [...state.formulas, target] });
  }

  function concludeGaussian({ x, mean, variance }: GaussianTarget, step: StepOptions): Derivation {
    const normal: Gaussian = { mean: read(mean, symbols), variance: read(variance, symbols) };
    [mean, variance].forEach((formula) => requireGiven(formula, premises(step), title));
    const density = densityOf(x);
    requireDensity(density);
    requirePositive(`the ${variance.name}`, normal.variance, symbols, density.given);
    const dense = isExponential(main);
    const { relation = dense ? '∝' : '+c' } = step;
    const log = relation === '=' ? logDensity(x, normal) : exponent(x, normal);
    const next = dense ? call('exp', log) : log;
    const name = options.of?.replace(/^\\log\s*/, '') ?? 'q';
    const line = (): Step => ({
      kind: 'conclusion',
      relation,
      tex: `${name} = \\mathcal N\\!\\left(${symbols.get(x).tex};\\, ${mean.tex},\\, ${variance.tex}\\right)`,
      text: `Gaussian in ${x} with the ${mean.name} and the ${variance.name}`,
      ...shown({ because: `Gaussian with the ${mean.name} and the ${variance.name}`, ...step }),
      ...ask(main, next, { ...step, relation, about: x }),
    });
    return append(line, { formulas: [...state.formulas, mean, variance] });
  }

  const premises = (step: StepOptions): string[] => [...(options.given ?? []), ...(step.given ?? [])];
  const densityOf = (x: string): DensityOf => ({
    x,
    line: main,
    symbols,
    given: state.given,
    turns: state.turns,
  });

  return Object.assign(self, { [Symbol.for('Jupyter.display')]: () => bundle(self) });
}

const bundle = (derivation: Derivation): Record<string, string> => ({
  'text/latex': derivation.toTeX(),
  'text/plain': derivation.toString(),
});

function once<T>(compute: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

const isQuantity = (value: ExprLike | Quantity): value is Quantity =>
  typeof value === 'object' && 'kind' in value && value.kind === 'quantity';

function read(value: ExprLike, symbols: SymbolTable): Expr {
  const expr = typeof value === 'string' ? parse(value) : 'expr' in value ? value.expr : value;
  for (const name of symbolsOf(expr)) {
    if (!symbols.has(name)) throw new Error(`unknown symbol ${name}${suggestion(name, symbols.names)}`);
  }
  return expr;
}

function scopeOf({ relation, about }: StepOptions, symbols: SymbolTable): string | undefined {
  if (about === undefined || (relation !== '∝' && relation !== '+c')) return undefined;
  return `up to a ${relation === '∝' ? 'factor' : 'term'} free of $${symbols.get(about).tex}$`;
}
