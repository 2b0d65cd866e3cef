/**
 * Do the members of an induction stay in their declared domains, and do the inequalities among them go on holding? A claim
 * ranges over the points at which they do; where a relation drives one out, nothing is left to claim, and an induction
 * would go on about nothing.
 */
import { parseDomain, type Domain } from './domain.ts';
import { number, symbol, type Expr } from './expr.ts';
import type { Families } from './families.ts';
import type { Posed } from './induction-problem.ts';
import { decideInequality, type Comparison } from './inequality.ts';
import { definedWhere } from './nonzero.ts';
import { claimFor } from './relations.ts';
import type { Counterexample } from './verdict.ts';

/** A member that a relation defines and the domain that it is not shown to lie in, or an inequality not shown to be kept. */
export interface Stray {
  what: string;
  /** `a[t] = 2 at …`, where it certainly leaves it. */
  at?: string;
}

/**
 * The first defined member, but those named, that is not shown to be defined and to lie in its domain; and the error bound of showing it of
 * the others.
 */
export function domainsKept(
  { table, given, owed }: Posed,
  shown: readonly string[],
  families: Families,
  timeLimitMs: number,
): { stray?: Stray; log10Error: number } {
  let log10Error = -Infinity;
  // An inequality about a member may itself rest on its domain: it is no premise of it.
  const made = new Set(
    given.flatMap(({ defines }) => (defines && !shown.includes(defines) ? [defines] : [])),
  );
  const certain = given.filter(
    ({ defines, reads }) => defines !== undefined || !reads.some((name) => made.has(name)),
  );
  for (const { defines, right } of given) {
    if (defines === undefined || shown.includes(defines)) continue;
    const open = definedWhere(claimFor(right, number(0), table, certain), timeLimitMs);
    if (open === null || open.length > 0) {
      const needs = open === null ? '' : ` (needs ${open.map((text) => families.label(text)).join(', ')})`;
      return { stray: { what: `${families.label(defines)} is not shown to be defined${needs}` }, log10Error };
    }
    const { domain } = table.get(defines);
    for (const [relation, bound] of edgesOf(parseDomain(domain)!)) {
      const claim = claimFor(symbol(defines), bound, table, certain);
      const free = { ...claim, symbols: { ...claim.symbols, [defines]: '(-inf,inf)' }, relation };
      const { verdict, conditions, counterexample, errorBound } = decideInequality(free, { timeLimitMs });
      if (verdict === 'vacuous' || (verdict === 'proved' && conditions.length === 0)) {
        log10Error = Math.max(log10Error, errorBound ?? -Infinity);
        continue;
      }
      const what = `${families.label(defines)} is not shown to stay in ${domain}`;
      return { stray: { what, ...(verdict === 'refuted' && pointOf(counterexample, families)) }, log10Error };
    }
  }
  const texts = owed.map(({ text }) => text);
  const rest = given.filter(({ text }) => !texts.includes(text));
  for (const { left, sign, right, text } of owed) {
    const relation = sign as Comparison;
    const claim = { ...claimFor(left, right, table, rest), relation };
    const { verdict, conditions, counterexample, errorBound } = decideInequality(claim, { timeLimitMs });
    if (verdict === 'proved' && conditions.length === 0) {
      log10Error = Math.max(log10Error, errorBound ?? -Infinity);
      continue;
    }
    const what = `${families.label(text)} is not shown to go on holding`;
    return { stray: { what, ...(verdict === 'refuted' && pointOf(counterexample, families)) }, log10Error };
  }
  return { log10Error };
}

function pointOf(counterexample: Counterexample | undefined, families: Families): { at?: string } {
  const values = Object.entries(counterexample?.point ?? {}).map(([name, value]) => `${name} = ${value}`);
  return values.length === 0 ? {} : { at: families.label(values.join(', ')) };
}

/** What lying in a domain comes down to. */
export function edgesOf({ lo, hi, loClosed, hiClosed }: Domain): [Comparison, Expr][] {
  return [
    ...(lo ? [[loClosed ? '≥' : '>', number(lo.n, lo.d)] as [Comparison, Expr]] : []),
    ...(hi ? [[hiClosed ? '≤' : '<', number(hi.n, hi.d)] as [Comparison, Expr]] : []),
  ];
}

export const strayText = ({ what, at }: Stray): string =>
  `${what}${at ? ` (${at})` : ''}: an induction needs it at every index; change a domain, or give less`;
