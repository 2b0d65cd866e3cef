/**
 * Derivations: a chain of lines, each checked against the one before, ending at the very formula that is executed.
 * The builder is immutable; a step is judged when it is first looked at, and once.
 */
import { relationAmong, requireArguments, text, type Kind } from './arguments.ts';
import { derivationTeX, derivationText, failures, relationTeX, summarize } from './derivation-text.ts';
import { gaussianLine, isDense, partOnly, requireDensity, requireFree, type DensityOf } from './density.ts';
import { shownText, symbolsOf, type Expr } from './expr.ts';
import type { Formula } from './formula.ts';
import type { Gaussian } from './gaussian.ts';
import { isComparison } from './inequality.ts';
import { judge, notPositive, readOff, unmetRelations, type Judgement } from './judge.ts';
import { once } from './once.ts';
import { wellFormed } from './well-formed.ts';
import { parse } from './parse.ts';
import type { Quantity } from './quantity.ts';
import {
  areMet,
  readRelation,
  relationTex,
  requireDomains,
  requireGiven,
  requireUnconfined,
  sameText,
  withGivens,
  type GivenRelation,
} from './relations.ts';
import { ProofError, shownAs } from './shown.ts';
import { relations, type Step } from './step.ts';
import {
  DERIVATION_OPTIONS,
  STEP_OPTIONS,
  type Derivation,
  type DerivationOptions,
  type ExprLike,
  type GaussianTarget,
  type StepOptions,
} from './derivation-options.ts';
import type { SymbolTable } from './symbols.ts';
import { suggestion } from './suggestion.ts';
import { typeset } from './tex.ts';
import { onConditions, reach, requireOneMeaning, requireOneWay, type Turn } from './turns.ts';

interface State {
  readonly title: string;
  readonly options: DerivationOptions;
  readonly given: readonly GivenRelation[];
  readonly lines: readonly (() => Step)[];
  /** The line that the derivation is about, and the line that the next step goes on from. */
  readonly start: Expr;
  readonly main: Expr;
  readonly current: Expr;
  readonly aside: boolean;
  /** How the line that the next step goes on from came about. */
  readonly chain: readonly Turn[];
  /** How the main line came from the start. */
  readonly turns: readonly Turn[];
  readonly formulas: readonly Formula[];
}

/**
 * Starts a derivation.
 * @throws when an expression does not parse or reads an undeclared symbol, or an option is unknown.
 */
export function derive(title: string, start: ExprLike, options: DerivationOptions): Derivation {
  requireArguments(title, options, DERIVATION_OPTIONS, { required: ['symbols'] });
  const given = (options.given ?? [])
    .filter((text, i, all) => all.findIndex((other) => sameText(other, text)) === i)
    .map((text) => readRelation(text, options.symbols));
  const { of, because, cite } = options;
  const relation = options.relation === undefined ? '=' : relationAmong(title, options.relation, relations);
  const main = read(start, options.symbols);
  const line = (): Step => ({
    kind: 'start',
    relation: '',
    tex: (of === undefined ? '' : `${of} ${relationTeX[relation]} `) + typeset(main, options.symbols),
    text: shownText(main),
    because,
    ...(cite === undefined
      ? { verdict: 'vacuous', reason: 'where it starts' }
      : { verdict: 'assumed', cite }),
    ...nothing,
  });
  const first = once(line);
  return build({
    title,
    options,
    given,
    lines: [first],
    main,
    current: main,
    aside: false,
    start: main,
    chain: [{ relation, given: [], line: first }],
    turns: isComparison(relation) ? [{ relation, given: [], line: first }] : [],
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
    // Without givens of its own the very array: what is found of it is remembered.
    const all =
      given.length === 0
        ? state.given
        : [...state.given, ...given.map((text) => readRelation(text, symbols))];
    const distinct =
      given.length === 0
        ? all
        : all.filter(({ text }, i) => all.findIndex((other) => sameText(other.text, text)) === i);
    return judge(
      { previous, next, relation, about, symbols, given: distinct },
      { mutants: options.mutants ?? true, timeLimitMs: options.timeLimitMs },
    );
  };
  const tex = (relation: GivenRelation): string => relationTex(relation, symbols);
  /** What a step alone is given. @throws when a symbol of its chain has another meaning already. */
  const localTo = ({ given = [] }: StepOptions): GivenRelation[] => {
    const local = given
      .map((text) => readRelation(text, symbols))
      .filter(({ text }) => !state.given.some((known) => sameText(known.text, text)));
    requireOneMeaning(title, [...state.given, ...state.chain.flatMap((turn) => turn.given), ...local]);
    return local;
  };
  /** The options of a step, from wherever they come. @throws when one is unknown, or its relation is none. */
  const checked = <S extends StepOptions>(step: S, more: Record<string, Kind> = {}): S => {
    requireArguments(`${title}: step`, step, { ...STEP_OPTIONS, ...more });
    if (step.relation === undefined) return step;
    return { ...step, relation: relationAmong(`${title}: step`, step.relation, relations) };
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
    step: (next, options = {}) => {
      const expr = read(next, symbols);
      const step = withGivens(checked(options), next);
      const { relation = '=', about } = step;
      requireOneWay(title, state.chain, relation);
      const line = once((): Step => ({
        kind: 'step',
        relation,
        tex: typeset(expr, symbols),
        text: shownText(expr),
        ...shown(step),
        ...ask(current, expr, step),
      }));
      const given = localTo(step);
      const turns = [...state.turns, { relation, about, given, line }];
      return append(line, {
        current: expr,
        chain: [...state.chain, { relation, about, given, line }],
        ...(!state.aside && { main: expr, turns }),
      });
    },
    so: (lhs, rhs, asked = {}) => {
      const options = checked(asked, { name: text });
      const [left, right] = [
        isQuantity(lhs) ? readOff(lhs, densityOf(lhs.of, options)) : read(lhs, symbols),
        read(rhs, symbols),
      ];
      const step = withGivens(options, lhs, rhs);
      const names = [
        step.name,
        isQuantity(lhs) ? undefined : typeset(left, symbols),
        typeset(right, symbols),
      ];
      const { relation = '=', about } = step;
      const line = once((): Step => ({
        kind: 'so',
        relation,
        tex: names.filter((name) => name !== undefined).join(` ${relationTeX[relation]} `),
        text: `${isQuantity(lhs) ? `${lhs.label} in ${lhs.of}` : shownText(left)} ${relation} ${shownText(right)}`,
        ...shown(step),
        ...(isQuantity(lhs) ? askOfDensity(lhs.of, left, right, step) : ask(left, right, step)),
      }));
      return append(line, {
        current: right,
        aside: true,
        chain: [{ relation, about, given: localTo(step), line }],
      });
    },
    assume: (tex, reason) => {
      requireArguments(`${title}: assume`, reason, { cite: text, because: text }, { required: ['cite'] });
      const { cite, because } = reason;
      return append(() => ({
        kind: 'assume',
        relation: '',
        tex,
        text: tex,
        because,
        cite,
        verdict: 'assumed',
        ...nothing,
      }));
    },
    concludes: (target, step = {}) =>
      'mean' in target ? concludeGaussian(target, checked(step)) : concludeFormula(target, checked(step)),
    check: (accepted) => {
      const failed = failures(title, lines(), accepted);
      if (failed !== undefined) throw new ProofError(failed, self);
      return self;
    },
    toTeX: () => derivationTeX(title, lines()),
    toString: () => derivationText(title, lines()),
  };

  function concludeFormula(target: Formula, step: StepOptions): Derivation {
    const expr = read(target, symbols);
    requirePremises(target, step);
    const line = (): Step => ({
      kind: 'conclusion',
      relation: '=',
      tex: target.typeset(),
      text: `${target.name} = ${shownText(expr)}`,
      ...shown({ because: `the ${target.name}`, ...step }),
      scope: reach(state.chain),
      ...onConditions(state.chain, together(ask(current, expr, step), step), tex),
    });
    return append(line, { formulas: [...state.formulas, target] });
  }

  function concludeGaussian({ x, mean, variance }: GaussianTarget, step: StepOptions): Derivation {
    const normal: Gaussian = { mean: read(mean, symbols), variance: read(variance, symbols) };
    [mean, variance].forEach((formula) => requirePremises(formula, step));
    const density = densityOf(x, step);
    requireDensity(density);
    requireFree(x, { mean: normal.mean, variance: normal.variance }, density);
    const dense = isDense(density);
    const { relation = dense ? '∝' : '+c' } = step;
    const next = gaussianLine(x, normal, relation, dense);
    const name = options.of?.replace(/^\\log\s*/, '') ?? 'q';
    const line = (): Step => ({
      kind: 'conclusion',
      relation,
      tex: `${name} = \\mathcal N\\!\\left(${symbols.get(x).tex};\\, ${mean.tex},\\, ${variance.tex}\\right)`,
      text: `Gaussian in ${x} with the ${mean.name} and the ${variance.name}`,
      ...shown({ because: `Gaussian with the ${mean.name} and the ${variance.name}`, ...step }),
      ...onConditions(
        state.turns,
        notPositive(`the ${variance.name}`, normal.variance, density) ??
          together(askOfDensity(x, main, next, { ...step, relation, about: x }), step),
        tex,
      ),
    });
    return append(line, { formulas: [...state.formulas, mean, variance] });
  }

  function requirePremises(target: Formula, step: StepOptions): void {
    requireGiven(target, [...(options.given ?? []), ...(step.given ?? [])], title);
    requireDomains(target, symbols, title);
    const local = [...state.chain.flatMap(({ given }) => given), ...localTo(step)];
    requireUnconfined(target, [...state.given, ...local], symbols, title);
  }

  /** A conclusion rests on what every step before it was given, and says nothing where that leaves nothing. */
  function together(found: Judgement, step: StepOptions): Judgement {
    const local = [...state.chain.flatMap(({ given }) => given), ...localTo(step)];
    const all = local.length === 0 ? state.given : [...state.given, ...local];
    const distinct =
      local.length === 0
        ? all
        : all.filter(({ text }, i) => all.findIndex((other) => sameText(other.text, text)) === i);
    return areMet(distinct, symbols) ? found : unmetRelations;
  }

  /** A question about what was read off the main line as a density of x. */
  function askOfDensity(x: string, previous: Expr, next: Expr, step: StepOptions): Judgement {
    const reason = partOnly(densityOf(x, step));
    if (reason === undefined) return ask(previous, next, step);
    return { verdict: 'undecided', method: 'none', ms: 0, uses: [], conditions: [], reason };
  }

  const densityOf = (x: string, step: StepOptions): DensityOf => ({
    x,
    line: main,
    symbols,
    given: state.given,
    turns: state.turns,
    start: state.start,
    own: localTo(step),
  });

  return shownAs(self, () => self);
}

const isQuantity = (value: ExprLike | Quantity): value is Quantity =>
  typeof value === 'object' && 'kind' in value && value.kind === 'quantity';

function read(value: ExprLike, symbols: SymbolTable): Expr {
  const expr =
    typeof value === 'string'
      ? parse(value)
      : wellFormed('expr' in Object(value) ? (value as Formula).expr : (value as Expr));
  for (const name of symbolsOf(expr)) {
    if (!symbols.has(name)) throw new Error(`unknown symbol ${name}${suggestion(name, symbols.names)}`);
  }
  return expr;
}

function scopeOf({ relation, about }: StepOptions, symbols: SymbolTable): string | undefined {
  if (about === undefined || (relation !== '∝' && relation !== '+c')) return undefined;
  return `up to a ${relation === '∝' ? 'factor' : 'term'} free of $${symbols.get(about).tex}$`;
}
