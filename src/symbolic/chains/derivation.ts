/** Derivations in densities: a chain of lines, each decided against the one before. The builder is immutable. */
import {
  amount,
  anything,
  flag,
  record,
  relationAmong,
  requireArguments,
  text,
  type KindsOf,
} from '../arguments.ts';
import { requireLimit, withinTime } from '../clock.ts';
import { derivationTeX, derivationText, failures, summarize, type CheckOptions } from '../derivation-text.ts';
import type { Step, StepMutants } from '../step.ts';
import { requireOneWay } from '../turns.ts';
import { once } from '../once.ts';
import { ProofError, shownAs } from '../shown.ts';
import type { Proof } from '../proof.ts';
import { decideChain, namesIn } from './decide.ts';
import type { ChainModel } from './model.ts';
import { parseChain } from './parse.ts';
import { extentOf } from './range-text.ts';
import { readings, type Extent } from './reading.ts';
import { chainMutants } from './score.ts';
import { statementLine, stepOf } from './step.ts';
import { chainTeX, chainText } from './text.ts';
import { chainRelations, type ChainExpr, type ChainRelation, type Statement } from './syntax.ts';

export interface ChainDerivationOptions {
  model: ChainModel;
  /** The range of an index that every line leaves free, and the least T: `t = 2..T; T >= 3`. */
  for?: string;
  /** Count refuted single edits of each proved step. Default true; it costs one check an edit. */
  mutants?: boolean;
  because?: string;
  /** A step, its mutants and its diagnosis included, ends by then, as undecided. Default 15,000, of which its decision has 5,000. */
  timeLimitMs?: number;
}

export interface ChainStepOptions {
  /** The reason, for the reader; `$…$` is mathematics. */
  because?: string;
  /** Default `=`. `<=` and `>=` may be written so. */
  relation?: ChainRelation | '<=' | '>=';
  /** By what an inequality is strict: `KL(q(z|x) || p(z|x))`. Found where it can be. */
  gap?: string;
  /** The range of an index that this line alone leaves free, or a larger least T. */
  for?: string;
  /** An undecided or tested verdict does not fail the derivation. */
  open?: boolean;
}

export interface ChainDerivation extends Proof {
  /** The next line. @throws when it compares the other way than an earlier one. */
  step(next: string, options?: ChainStepOptions): ChainDerivation;
  /** A statement on the side, `lhs = rhs`; later steps go on from the main line. */
  so(statement: { lhs: string; rhs: string }, options?: ChainStepOptions): ChainDerivation;
  /** A cited fact that no engine decides, as TeX. */
  assume(tex: string, options: { cite: string; because?: string }): ChainDerivation;
  /**
   * Itself, when every step is proved.
   * @throws when a step is refuted, or undecided and not open; when one is only tested, unless it is open or the options
   *   accept that; and when nothing is proved
   */
  check(options?: CheckOptions): ChainDerivation;
}

interface State {
  readonly title: string;
  readonly options: ChainDerivationOptions;
  readonly lines: readonly (() => Step)[];
  readonly current: ChainExpr;
  readonly ways: readonly { relation: ChainRelation }[];
}

const STEP_LIMIT_MS = 15_000;

const blank = { uses: [], conditions: [], open: false, ms: 0 } as const;

/**
 * Starts a derivation in densities.
 * @throws ParseError when the line does not parse or names a density that the model lacks; RangeError for a negative time limit
 */
export function deriveChain(title: string, start: string, options: ChainDerivationOptions): ChainDerivation {
  requireArguments(title, options, DERIVATION_OPTIONS, { required: ['model'] });
  if (options.timeLimitMs !== undefined) requireLimit(options.timeLimitMs);
  const current = parseChain(start, namesIn(options.model));
  const line = (): Step => ({
    kind: 'start',
    relation: '',
    tex: chainTeX(current),
    text: chainText(current),
    because: options.because,
    verdict: 'vacuous',
    reason: 'where it starts',
    ...blank,
  });
  return build({ title, options, lines: [once(line)], current, ways: [] });
}

function build(state: State): ChainDerivation {
  const { title, options, current } = state;
  const { model } = options;
  const lines = (): Step[] => state.lines.map((line) => line());
  const append = (line: () => Step, change: Partial<State> = {}): ChainDerivation =>
    build({ ...state, ...change, lines: [...state.lines, once(line)] });
  const read = (text: string): ChainExpr => parseChain(text, namesIn(model));
  const judge = (statement: Statement, step: ChainStepOptions) => {
    const range = [options.for, step.for].filter((text) => text !== undefined).join('; ');
    const { timeLimitMs, mutants = true } = options;
    const verdict = decideChain(model, statement, { for: range, gap: step.gap, timeLimitMs });
    const left = Math.max(0, (timeLimitMs ?? STEP_LIMIT_MS) - verdict.ms);
    const score = (): StepMutants => {
      const extent = readExtent(model, statement, range);
      return withinTime(left, () => chainMutants(model, statement, extent));
    };
    return {
      because: step.because,
      open: step.open ?? false,
      ...stepOf(verdict),
      ...(verdict.verdict === 'proved' && mutants && { mutants: score() }),
    };
  };

  const self: ChainDerivation = {
    title,
    get steps() {
      return lines();
    },
    get summary() {
      return summarize(lines());
    },
    step: (next, step = {}) => {
      const expr = read(next);
      const relation = relationOf(title, step);
      requireOneWay(title, state.ways, relation);
      const line = (): Step => ({
        kind: 'step',
        relation,
        tex: chainTeX(expr),
        text: chainText(expr),
        ...judge({ lhs: current, relation, rhs: expr }, step),
      });
      return append(line, { current: expr, ways: [...state.ways, { relation }] });
    },
    so: ({ lhs, rhs }, step = {}) => {
      const [left, right] = [read(lhs), read(rhs)];
      const relation = relationOf(title, step);
      const statement = { lhs: left, relation, rhs: right };
      return append(() => ({ kind: 'so', ...statementLine(statement), ...judge(statement, step) }));
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
        ...blank,
      })),
    check: (accepted) => {
      const failed = failures(title, lines(), accepted);
      if (failed !== undefined) throw new ProofError(failed, self);
      return self;
    },
    toTeX: () => derivationTeX(title, lines()),
    toString: () => derivationText(title, lines()),
  };
  return shownAs(self, () => self);
}

/** From the length on from which the statement has a meaning. */
function readExtent(model: ChainModel, statement: Statement, text: string): Extent {
  const extent = extentOf(text, model);
  return { ...extent, least: readings(model, statement, extent).lengths[0]?.length ?? extent.least };
}

const DERIVATION_OPTIONS: KindsOf<ChainDerivationOptions> = {
  model: record,
  for: text,
  mutants: flag,
  because: text,
  timeLimitMs: amount,
};
const STEP_OPTIONS: KindsOf<ChainStepOptions> = {
  because: text,
  relation: anything,
  gap: text,
  for: text,
  open: flag,
};

/** The relation of a step. @throws when it is none, or an option is unknown. */
function relationOf(title: string, step: ChainStepOptions): ChainRelation {
  requireArguments(`${title}: step`, step, STEP_OPTIONS);
  return step.relation === undefined ? '=' : relationAmong(`${title}: step`, step.relation, chainRelations);
}
