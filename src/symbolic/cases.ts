/** Splitting a claim where an absolute value (min and max are made of it) changes its branch. */
import { partial, dependsOn } from './calculus.ts';
import { prepare, type Prepared } from './claim.ts';
import { startClock, TimeUp } from './clock.ts';
import {
  foldExpr,
  neg,
  nodesOf,
  nodesOfAll,
  number,
  rebuild,
  substitute,
  div,
  symbolsOf,
  toText,
  type Expr,
} from './expr.ts';
import { FieldLimit, NeverDefined } from './numbers.ts';
import { Normal } from './normal.ts';
import { Random } from './random.ts';
import { isZero } from './tidy.ts';
import type { Claim } from './verdict.ts';

const MAX_SPLITS = 4;

export interface Case {
  claim: Claim;
  /** `x - y > 0` */
  text: string;
}

/**
 * The claim where u > 0, where u < 0, and where u = 0, for an absolute value |u| whose switch can be solved for a symbol;
 * null when there is none. Together they cover the claim's set; cases shown to be empty are left out.
 */
export function cases(claim: Claim): Case[] | null {
  const prepared = prepare(claim);
  const { lhs, rhs, free } = prepared;
  const inner = nodesOfAll([lhs, rhs]).flatMap((e) => (e.kind === 'call' && e.fn === 'abs' ? [e.arg] : []));
  for (const u of inner) {
    if (nodesOf(u).some((e) => e.kind === 'call' && e.fn === 'abs')) continue; // the innermost first
    const solutions = symbolsOf(u).flatMap((name) => {
      const value = free.has(name) ? solved(prepared, u, name) : null;
      return value ? [{ split: name, solution: value }] : [];
    });
    if (solutions.length === 0) continue;
    const { split, solution } = solutions[0];
    const text = toText(u);
    const given = claim.given ?? [];
    const made = [
      { claim: within(claim, [lhs, rhs], u, u, [...given, `0 < ${text}`]), text: `${text} > 0` },
      { claim: within(claim, [lhs, rhs], u, neg(u), [...given, `${text} < 0`]), text: `${text} < 0` },
      {
        claim: within(claim, [lhs, rhs], u, number(0), [...given, `${split} = ${toText(solution)}`]),
        text: `${text} = 0`,
      },
    ];
    return made.filter((each) => !certainlyEmpty(prepare(each.claim)));
  }
  return null;
}

/** Every case of every switch that can be split, up to a few; the others stay as they are. */
export function allCases(claim: Claim, splits = 0): Case[] {
  const first = splits < MAX_SPLITS ? cases(claim) : null;
  if (first === null) return [{ claim, text: '' }];
  return first.flatMap(({ claim: within, text }) =>
    allCases(within, splits + 1).map((each) => ({
      claim: each.claim,
      text: [text, each.text].filter(Boolean).join(', '),
    })),
  );
}

/** The value of `name` at which u = 0, where u is linear in it and its slope is shown to vanish nowhere on the set. */
export function solved(prepared: Prepared, u: Expr, name: string): Expr | null {
  const slope = partial(u, name);
  if (!dependsOn(u, name) || dependsOn(slope, name)) return null;
  try {
    const normal = new Normal(prepared, Random.of('slope', 0), startClock(200));
    const { sign, strict } = normal.signs.sign(normal.read(slope));
    if (sign === 0 || !strict) return null;
  } catch (error) {
    if (error instanceof FieldLimit || error instanceof TimeUp) return null;
    throw error;
  }
  const rest = substitute(u, { [name]: number(0) });
  return isZero(rest) ? number(0) : div(neg(rest), slope);
}

function within(claim: Claim, sides: [Expr, Expr], u: Expr, value: Expr, given: string[]): Claim {
  const text = toText(u);
  const [lhs, rhs] = sides.map((side) =>
    foldExpr<Expr>(side, {
      ...rebuild,
      call: (fn, arg) => (fn === 'abs' && toText(arg) === text ? value : rebuild.call(fn, arg)),
    }),
  );
  return { ...claim, lhs, rhs, given };
}

/** Is a constraint shown to fail everywhere? Then nothing is claimed. */
export const certainlyEmpty = (prepared: Prepared): boolean =>
  prepared.empty !== null || emptiness(prepared) !== null;

/**
 * The error bound (log10) of a proof that the set holds no point, since a constraint fails, or it or a definition is
 * undefined, wherever the others hold; null where none is found.
 */
export function emptiness(prepared: Prepared): number | null {
  const clock = startClock(200);
  try {
    const whole = new Normal(prepared, Random.of('empty', 0), clock);
    for (const { value } of prepared.defined.values()) whole.read(value);
    for (const [i, { expr, weak }] of prepared.constraints.entries()) {
      const others = prepared.constraints.filter((_, k) => k !== i);
      const normal = new Normal({ ...prepared, constraints: others }, Random.of('empty', 0), clock);
      const node = normal.read(expr);
      const { sign, strict } = normal.signs.sign(node);
      const zero = node.kind === 'num' && node.n === 0n;
      if ((sign === -1 && (strict || !weak)) || (zero && !weak)) return normal.log10Error;
    }
    return null;
  } catch (error) {
    if (error instanceof NeverDefined) return -Infinity;
    if (error instanceof FieldLimit || error instanceof TimeUp) return null;
    throw error;
  }
}
