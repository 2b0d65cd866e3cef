/**
 * Can the inequalities of an induction be met at every index? They confine what may be chosen; where nothing can be chosen,
 * nothing is left to claim. One choice that is shown to meet them all, whatever the relations make of the rest, is enough.
 */
import { decide } from './decide.ts';
import { parseDomain, type Domain } from './domain.ts';
import { add, number, sub, substitute, symbol, symbolsOf, type Expr } from './expr.ts';
import type { Time } from './families.ts';
import type { Posed, Problem } from './induction-problem.ts';
import { decideInequality, edgesOf, type Comparison } from './inequality.ts';
import type { Stray } from './invariant.ts';
import { isInhabited } from './nonzero.ts';
import { parse } from './parse.ts';
import { claimFor, type GivenRelation } from './relations.ts';
import type { SymbolTable } from './symbols.ts';

/** Sequences that are tried, as expressions in the index. */
const SEQUENCES = ['0', '1', '1/2', '1/100', '2', '-1', '1/(t + 1)', '1/(t + 2)', '1 - 1/(t + 2)', 't', '-t'];
const MOST_TRIED = 400;

/** Sequences of k = 0, 1, … that stay within an interval: a constant, one that rises and one that falls. */
function within({ lo, hi }: Domain): string[] {
  const [a, b] = [lo, hi].map((end) => end && `(${end.n}/${end.d})`);
  if (a && b) return [`(${a} + ${b})/2`, `${b} - (${b} - ${a})/(k + 2)`, `${a} + (${b} - ${a})/(k + 2)`];
  if (a) return [`${a} + 1`, `${a} + 1 + k`, `${a} + 1/(k + 1)`];
  return b ? [`${b} - 1`, `${b} - 1/(k + 1)`, `${b} - 1 - k`] : ['0', 'k', '-k'];
}

/** What is not shown to have a solution, or undefined; `posed` are the base and the step. */
export function unmet(
  problem: Problem,
  posed: readonly [Posed, Posed],
  timeLimitMs: number,
): Stray | undefined {
  if (problem.confinesStart && !canBegin(posed[0], timeLimitMs))
    return { what: 'nothing is shown to meet the inequalities among constants and first members' };
  const asked = posed.flatMap(({ table, given }) =>
    given
      .filter(({ defines, reads }) => defines === undefined && reads.some((name) => problem.freeMember(name)))
      .map((relation) => ({ relation, table, given })),
  );
  if (asked.length === 0) return undefined;
  const families = [
    ...new Set(
      asked.flatMap(({ relation }) =>
        relation.reads.flatMap((name) => problem.freeMember(name)?.family ?? []),
      ),
    ),
  ];
  const fitting = new Map(families.map((family) => [family, sequencesIn(problem, family, timeLimitMs)]));
  let tried = 0;
  const extend = (chosen: ReadonlyMap<string, Expr>, [family, ...rest]: readonly string[]): boolean => {
    if (family === undefined)
      return asked.every(({ relation, table, given }) =>
        holds(problem, relation, table, given, chosen, timeLimitMs),
      );
    return fitting
      .get(family)!
      .some((sequence) => ++tried <= MOST_TRIED && extend(new Map(chosen).set(family, sequence), rest));
  };
  if (extend(new Map(), families)) return undefined;
  const texts = [...new Set(asked.map(({ relation }) => problem.families.label(relation.text)))];
  return { what: `nothing is shown to meet ${texts.join(', ')} at every ${problem.over}` };
}

/** Is there a point that meets all that is known of the start? */
function canBegin({ table, given }: Posed, timeLimitMs: number): boolean {
  const names = new Set(given.flatMap(({ defines, reads }) => [...(defines ? [defines] : []), ...reads]));
  const known = { symbols: table.domains(names), given: given.map(({ text }) => text) };
  return isInhabited(known, timeLimitMs);
}

const at = (sequence: Expr, over: string, { base, offset }: Time): Expr => {
  const index =
    base === null ? number(offset) : offset === 0 ? symbol(base) : add(symbol(base), number(offset));
  return substitute(sequence, { [over]: index });
};

/** The sequences that lie in the family's domain from the start on, and have the values that single members are given. */
function sequencesIn(problem: Problem, family: string, timeLimitMs: number): Expr[] {
  const { over, start, down } = problem;
  const [, lowest] = /^\[(-?\d+),inf\)$/.exec(problem.indices) ?? [];
  const domain = parseDomain(problem.families.domainOf(family))!;
  const index = { t: symbol(over), k: sub(symbol(over), parse(lowest ?? '0')) };
  return [...SEQUENCES, ...within(domain)]
    .map((text) => substitute(parse(text), index))
    .filter((sequence) => {
      const moves = symbolsOf(sequence).length > 0;
      if (moves && ((start.base !== null && !down) || lowest === undefined)) return false;
      const symbols = moves ? { [over]: problem.indices } : {};
      const inside = edgesOf(domain).every(([relation, bound]) => {
        const { verdict } = decideInequality(
          { lhs: sequence, rhs: bound, relation, symbols },
          { timeLimitMs },
        );
        return verdict === 'proved' || verdict === 'vacuous';
      });
      return (
        inside &&
        problem.valuesOf(family).every(({ time, value }) => {
          if (symbolsOf(value).length > 0) return false;
          const claim = { lhs: at(sequence, over, time), rhs: value, symbols: {} };
          const { verdict } = decide(claim, { timeLimitMs, diagnose: false });
          return time.base === null && (verdict === 'proved' || verdict === 'vacuous');
        })
      );
    });
}

/** Does the inequality hold with these sequences, for all values of what relations define? */
function holds(
  problem: Problem,
  { left, sign, right, reads }: GivenRelation,
  table: SymbolTable,
  given: readonly GivenRelation[],
  chosen: ReadonlyMap<string, Expr>,
  timeLimitMs: number,
): boolean {
  const values = Object.fromEntries(
    reads.flatMap((name) => {
      const member = problem.freeMember(name);
      return member ? [[name, at(chosen.get(member.family)!, problem.over, member.time)]] : [];
    }),
  );
  const [lhs, rhs] = [left, right].map((side) => substitute(side, values));
  const definitions = given.filter(
    ({ defines, reads: names }) =>
      defines !== undefined &&
      !problem.freeMember(defines) &&
      !names.some((name) => problem.freeMember(name)),
  );
  const claim = { ...claimFor(lhs, rhs, table, definitions), relation: sign as Comparison };
  const { verdict, conditions } = decideInequality(claim, { timeLimitMs });
  return verdict === 'proved' && conditions.length === 0;
}
