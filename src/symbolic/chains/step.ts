/** A verdict about densities as a line of a proof. */
import { lineProof } from '../claim-proof.ts';
import type { Proof } from '../proof.ts';
import type { Step, StepCounterexample } from '../step.ts';
import type { ChainCounterexample } from './counterexample.ts';
import type { ChainVerdict } from './decide.ts';
import type { ChainRelation, Statement } from './syntax.ts';
import { chainTeX, chainText } from './text.ts';

const signs: Record<ChainRelation, string> = { '=': '=', '≤': '\\le', '≥': '\\ge' };

/** `lhs = rhs` as a reader sees it. */
export const statementLine = ({
  lhs,
  relation,
  rhs,
}: Statement): Pick<Step, 'relation' | 'tex' | 'text'> => ({
  relation,
  tex: `${chainTeX(lhs)} ${signs[relation]} ${chainTeX(rhs)}`,
  text: `${chainText(lhs)} ${relation} ${chainText(rhs)}`,
});

/** A statement and its verdict as a proof of one line, which is how the verdict shows itself. */
export const statementProof = (statement: Statement, verdict: ChainVerdict): Proof =>
  lineProof('', { kind: 'so', ...statementLine(statement), open: false, ...stepOf(verdict) });

type Judged = Pick<
  Step,
  | 'verdict'
  | 'method'
  | 'scope'
  | 'log10Error'
  | 'ms'
  | 'uses'
  | 'conditions'
  | 'reason'
  | 'diagnosis'
  | 'counterexample'
>;

/** What a step says of its verdict. */
export function stepOf(verdict: ChainVerdict): Judged {
  const { counterexample, rules, scope, method } = verdict;
  return {
    verdict: verdict.verdict,
    method: rules.length > 0 ? rules.join(', ') : method,
    scope,
    log10Error: verdict.log10Error,
    ms: verdict.ms,
    uses: [],
    conditions: verdict.conditions,
    reason: verdict.reason,
    diagnosis: verdict.diagnosis,
    counterexample: counterexample && pointOf(counterexample),
  };
}

/** The tables stand in the point, as what the two sides are computed from. */
function pointOf({ at, tables, point, lhs, rhs, length }: ChainCounterexample): StepCounterexample {
  const chain = { name: 'T', tex: 'T', value: `${length}` };
  const free = at
    .split(', ')
    .filter((text) => text !== '')
    .map((text) => text.split(' = '))
    .map(([name, value]) => ({ name, tex: name, value }));
  const long = tables.some(({ name }) => name.includes('_'));
  const shown = tables.map((table) => ({ ...table, value: `(${table.value})` }));
  return { point: [...(long ? [chain] : []), ...free, ...point, ...shown], lhs, rhs };
}
