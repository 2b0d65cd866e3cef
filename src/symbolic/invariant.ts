/**
 * Do the members of an induction stay in their declared domains, and do the inequalities among them go on holding? A claim
 * ranges over the points at which they do; where a relation drives one out, nothing is left to claim, and an induction
 * would go on about nothing.
 */
import { parseDomain } from './domain.ts';
import { number } from './expr.ts';
import type { Families } from './families.ts';
import type { Posed } from './induction-problem.ts';
import { decideInequality, edgesOf, type Comparison } from './inequality.ts';
import { definedWhere } from './nonzero.ts';
import { claimFor, claimFrom, type GivenRelation } from './relations.ts';
import type { Claim, Verdict } from './verdict.ts';

/** A member that a relation defines and the domain that it is not shown to lie in, or an inequality not shown to be kept. */
export interface Stray {
  what: string;
  /** `a[t] = 2 at …`, where it certainly leaves it. */
  at?: string;
}

/** What is shown of a base or a step, and of the step also with what its claims say of the index before. */
export interface Asked {
  plain: Posed;
  /** Which definitions are in question: all of a base, those of the next index in a step. */
  isAsked: (name: string) => boolean;
  assumed?: Posed;
  /** May what is claimed serve to show something of these names? */
  mayAssume: (names: readonly string[]) => boolean;
}

/**
 * What is not shown: that a defined member is defined, and in its domain, or that an inequality goes on holding; and the
 * error bound of showing it of the others. Members are shown in the order of their definitions, each from the domains of
 * those before it; only then the inequalities, from all of them.
 */
export function domainsKept(
  { plain, isAsked, assumed, mayAssume }: Asked,
  families: Families,
  timeLimitMs: number,
): { stray?: Stray; log10Error: number } {
  let log10Error = -Infinity;
  const sure = (found: Verdict): boolean => {
    const holds =
      (found.verdict === 'proved' && found.conditions.length === 0) || found.verdict === 'vacuous';
    if (holds) log10Error = Math.max(log10Error, found.errorBound ?? -Infinity);
    return holds;
  };
  const asked = inOrder(plain.given.filter(({ defines }) => defines !== undefined && isAsked(defines)));
  const open = new Set(asked.map(({ defines }) => defines!));
  for (const relation of asked) {
    const name = relation.defines!;
    // An inequality, and the domain of a member not yet shown, may rest on what is in question.
    const show = ({ table, given, owed }: Posed): Stray | undefined => {
      const certain = given.filter(
        ({ defines, reads, text }) =>
          defines !== undefined ||
          !(owed.some((each) => each.text === text) || reads.some((read) => open.has(read))),
      );
      const over = (claim: Claim): Claim => ({
        ...claim,
        symbols: Object.fromEntries(
          Object.entries(claim.symbols).map(([each, domain]) => [
            each,
            open.has(each) ? '(-inf,inf)' : domain,
          ]),
        ),
      });
      const label = families.label(name);
      const needs = definedWhere(over(claimFrom(relation.right, number(0), table, certain)), timeLimitMs);
      if (needs === null || needs.length > 0) {
        const texts = needs?.map((text) => families.label(text)).join(', ');
        return { what: `${label} is not shown to be defined${texts ? ` (needs ${texts})` : ''}` };
      }
      const { domain } = table.get(name);
      for (const [comparison, bound] of edgesOf(parseDomain(domain)!)) {
        const claim = { ...over(claimFrom(relation.right, bound, table, certain)), relation: comparison };
        const found = decideInequality(claim, { timeLimitMs });
        if (!sure(found))
          return { what: `${label} is not shown to stay in ${domain}`, ...pointOf(found, families) };
      }
      return undefined;
    };
    const stray = show(plain);
    if (stray !== undefined) {
      const helped = assumed !== undefined && mayAssume([name]) && show(assumed) === undefined;
      if (!helped) return { stray, log10Error };
    }
    open.delete(name);
  }
  for (const { left, sign, right, text, reads } of plain.owed) {
    const show = ({ table, given, owed }: Posed): Verdict => {
      const rest = given.filter((each) => !owed.some((other) => other.text === each.text));
      return decideInequality(
        { ...claimFor(left, right, table, rest), relation: sign as Comparison },
        { timeLimitMs },
      );
    };
    const found = show(plain);
    if (sure(found) || (assumed && mayAssume(reads) && sure(show(assumed)))) continue;
    const what = `${families.label(text)} is not shown to go on holding`;
    return { stray: { what, ...pointOf(found, families) }, log10Error };
  }
  return { log10Error };
}

/** Definitions, each after those that it reads. */
function inOrder(definitions: readonly GivenRelation[]): GivenRelation[] {
  const done = new Set<GivenRelation>();
  const visit = (relation: GivenRelation): void => {
    if (done.has(relation)) return;
    for (const read of relation.reads) {
      const before = definitions.find(({ defines }) => defines === read);
      if (before && before !== relation) visit(before);
    }
    done.add(relation);
  };
  definitions.forEach(visit);
  return [...done];
}

/** The point where it fails, if every number in it can be what it stands for: (-1)^t is not 3, and t not 2 where T is 1. */
function pointOf({ verdict, counterexample }: Verdict, families: Families): { at?: string } {
  const point = Object.entries(counterexample?.point ?? {});
  if (verdict !== 'refuted' || point.length === 0 || point.some(([name]) => families.isIndex(name)))
    return {};
  return { at: families.label(point.map(([name, value]) => `${name} = ${value}`).join(', ')) };
}

export const strayText = ({ what, at }: Stray): string =>
  `${what}${at ? ` (${at})` : ''}: an induction needs it at every index; change a domain, or give less`;
