/** Conditions of a proof that what is given implies: they are not printed. */
import { emptiness, solved } from './cases.ts';
import { domainConstraints, type Prepared } from './claim.ts';
import { conditionText, type Requirement } from './conditions.ts';
import { number, substitute, symbolsOf, type Expr } from './expr.ts';

/**
 * The conditions to print, and the error bound (log10) of leaving out the others: `x ≠ 0` goes where some relation cannot
 * hold at x = 0, as 0 < x·y and 1 < x² cannot.
 */
export function conditionsOf(
  requirements: readonly Requirement[],
  prepared: Prepared,
): { conditions: string[]; log10Error: number } {
  let log10Error = -Infinity;
  const open = requirements.filter(({ expr, relation }) => {
    const error = relation === '≠' ? nowhereZero(expr, prepared) : null;
    if (error !== null) log10Error = Math.max(log10Error, error);
    return error === null;
  });
  return { conditions: open.map(conditionText), log10Error };
}

/** The error bound of a proof that no point of the set makes it 0, by what the relations become there; null without one. */
function nowhereZero(expr: Expr, prepared: Prepared): number | null {
  if (prepared.constraints.length + prepared.defined.size === 0) return null;
  for (const name of symbolsOf(expr)) {
    const domain = prepared.free.get(name);
    const zero = expr.kind === 'symbol' ? number(0) : domain && solved(prepared, expr, name);
    if (!domain || !zero) continue;
    const there = (e: Expr): Expr => substitute(e, { [name]: zero });
    const error = emptiness({
      ...prepared,
      free: new Map([...prepared.free].filter(([other]) => other !== name)),
      defined: new Map(
        [...prepared.defined].map(([other, { value, domain }]) => [other, { value: there(value), domain }]),
      ),
      constraints: [
        ...prepared.constraints.map((constraint) => ({ ...constraint, expr: there(constraint.expr) })),
        ...domainConstraints(name, zero, domain),
      ],
    });
    if (error !== null) return error;
  }
  return null;
}
