/** What a proof for all densities rests on: densities exist, are positive where they are divided by, integrals exist. */
import type { ChainModel } from './model.ts';
import { childrenOf, densitiesAt, subexpressions } from './rewrite.ts';
import type { Extent } from './reading.ts';
import { isPositive, positiveIn } from './sign.ts';
import { indexText, isSpan, type ChainExpr, type Statement } from './syntax.ts';
import { chainTeX, nameTeX, placeTeX } from './text.ts';

const FINITE = '\\text{the expectations are finite}';

/** Says that the expectations are finite, where these expressions have some. */
export const finiteness = (exprs: readonly ChainExpr[]): string[] =>
  exprs.flatMap(subexpressions).some(({ kind }) => MEANS.has(kind)) ? [FINITE] : [];

const MEANS: ReadonlySet<ChainExpr['kind']> = new Set(['expect', 'integral', 'kl', 'entropy']);

/** TeX of the side conditions of a statement, and of the identities that it is proved by. */
export function sideConditions(
  statements: readonly Pick<Statement, 'lhs' | 'rhs'>[],
  { ranges, least }: Extent,
  { shortest, positive, functions }: ChainModel,
): string[] {
  const all = statements.flatMap(({ lhs, rhs }) => [lhs, rhs]).flatMap(subexpressions);
  const found = new Set<string>();
  if (least > shortest) found.add(`T \\ge ${least}`);
  for (const range of ranges)
    found.add(`${indexText(range.from)} \\le ${range.index} \\le ${indexText(range.to)}`);
  for (const expr of all) if (expr.kind === 'sum') startsApart(expr).forEach((text) => found.add(text));
  const divided = new Set(
    all
      .flatMap((expr) =>
        expr.kind === 'log' || expr.kind === 'div' || expr.kind === 'kl' || expr.kind === 'entropy'
          ? subexpressions(expr.kind === 'log' ? expr.arg : expr.kind === 'div' ? expr.den : expr).flatMap(
              densitiesAt,
            )
          : densitiesAt(expr).filter(({ given }) => given.length > 0),
      )
      .map(({ name }) => name),
  );
  if (divided.size > 0) found.add(`${[...divided].sort().map(nameTeX).join(', ')} > 0`);
  for (const expr of all) {
    const [below, sign] =
      expr.kind === 'log' ? [expr.arg, '>'] : expr.kind === 'div' ? [expr.den, '\\ne'] : [];
    if (below === undefined) continue;
    for (const name of positiveIn(below, positive)) found.add(positivity(name));
    if (!isPositive(below, positive)) found.add(`${chainTeX(below)} ${sign} 0`);
  }
  const integrals = all.some(({ kind }) => kind === 'expect' || kind === 'kl' || kind === 'entropy');
  const logs = all.some(({ kind }) => kind === 'log' || kind === 'kl' || kind === 'entropy');
  if (integrals && logs) found.add('\\mathbb{E}\\left|\\log\\right| < \\infty');
  const averaged = all.some(
    (expr) =>
      (expr.kind === 'expect' || expr.kind === 'integral') &&
      subexpressions(expr.arg).some(
        (e) => e.kind === 'function' && functions.has(e.name) && !positive.has(e.name),
      ),
  );
  const isNumber = (expr: ChainExpr, test: (n: bigint) => boolean): boolean =>
    expr.kind === 'number' && test(expr.value.n);
  const subtracts = all.some(
    (expr) =>
      expr.kind === 'neg' ||
      isNumber(expr, (n) => n < 0n) ||
      (expr.kind === 'mul' && expr.args.some((factor) => isNumber(factor, (n) => n === 0n))),
  );
  const unbounded = all.some(
    (expr) => (expr.kind === 'expect' || expr.kind === 'integral') && readsOutsideLogs(expr.arg),
  );
  // A sum of what is never negative may be infinite on both sides; a difference of such, or 0 times one, means nothing.
  if (averaged || (subtracts && unbounded)) found.add(FINITE);
  return [...found];
}

/** Does it read a variable other than in a logarithm, KL or entropy? */
const readsOutsideLogs = (expr: ChainExpr): boolean =>
  expr.kind === 'density' ||
  expr.kind === 'function' ||
  (expr.kind !== 'log' && childrenOf(expr).some(readsOutsideLogs));

/** Of a function declared positive, where that is used. */
export const positivity = (name: string): string => `${nameTeX(name)} > 0`;

/** A sum from t = 2 over densities that read both x_{t-1} and x_0: at t = 1 they would be one variable. */
function startsApart(sum: Extract<ChainExpr, { kind: 'sum' | 'prod' }>): string[] {
  const { index, from, body } = sum;
  if (from.base !== '') return [];
  return subexpressions(body)
    .flatMap(densitiesAt)
    .flatMap(({ left, given }) => {
      const points = [...left, ...given].flatMap((p) =>
        isSpan(p) || p.index === undefined ? [] : [{ ...p, index: p.index }],
      );
      return points.flatMap((a) =>
        points
          .filter(
            (b) =>
              a.index.base === index && b.index.base === '' && from.plus + a.index.plus - 1 === b.index.plus,
          )
          .map((b) => `${index} \\ge ${from.plus}\\;(${placeTeX(a)} \\ne ${placeTeX(b)})`),
      );
    });
}
