/** A claim and its verdict as a proof of one line, which is how it shows itself. */
import { byName, nameTeX, typesetByName } from './by-name.ts';
import { derivationTeX, derivationText, relationTeX, summarize } from './derivation-text.ts';
import { toText, type Expr } from './expr.ts';
import { conditionTex } from './figures.ts';
import { parse } from './parse.ts';
import type { Proof } from './proof.ts';
import type { Relation, Step } from './step.ts';
import type { Verdict } from './verdict.ts';

interface Posed {
  id?: string;
  lhs: string | Expr;
  rhs: string | Expr;
  relation?: Relation;
}

/** `scope` is what the verdict ranges over, where the verdict itself does not say it. */
export function claimProof(
  { id = '', lhs, rhs, relation = '=' }: Posed,
  found: Verdict,
  scope?: string,
): Proof {
  const { counterexample, conditions, errorBound, verdict, method, ms, reason, diagnosis } = found;
  const point = Object.entries(counterexample?.point ?? {});
  return lineProof(id, {
    kind: 'so',
    relation,
    tex: `${sideTeX(lhs)} ${relationTeX[relation]} ${sideTeX(rhs)}`,
    text: `${sideText(lhs)} ${relation} ${sideText(rhs)}`,
    scope,
    uses: [],
    conditions: conditions.map(readableCondition),
    open: false,
    verdict,
    method,
    log10Error: errorBound,
    ms,
    counterexample: counterexample && {
      point: point.map(([name, value]) => ({ name, tex: nameTeX(name), value })),
      lhs: counterexample.lhs,
      rhs: counterexample.rhs,
    },
    diagnosis,
    reason,
  });
}

/** A proof of this line alone. */
export function lineProof(title: string, line: Step): Proof {
  const steps = [line];
  return {
    title,
    steps,
    summary: summarize(steps),
    toTeX: () => derivationTeX(title, steps),
    toString: () => derivationText(title, steps),
  };
}

const sideText = (side: string | Expr): string => (typeof side === 'string' ? side : toText(side));

/** What the parser of expressions does not read, such as `norm2(u)`, stays as it is written. */
function sideTeX(side: string | Expr): string {
  try {
    return typesetByName(typeof side === 'string' ? parse(side) : side);
  } catch {
    return verbatim(sideText(side));
  }
}

function readableCondition(text: string): string {
  try {
    return conditionTex(text, byName);
  } catch {
    return verbatim(text);
  }
}

const verbatim = (text: string): string => `\\texttt{${text.replace(/[\\{}$%#&_^~]/g, '\\$&')}}`;
