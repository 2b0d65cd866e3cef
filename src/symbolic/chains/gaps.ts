/** What may be the gap of an inequality: a divergence, or a sum or mean of them. Guesses, each to be proved by an identity. */
import type { ChainModel } from './model.ts';
import { densitiesIn } from './rewrite.ts';
import { isNonNegative } from './sign.ts';
import { isSpan, placeText, sameIndex, shift, type ChainExpr, type Density, type Place } from './syntax.ts';

const names = (list: readonly Place[]): string => list.map(placeText).sort().join();
const addends = (e: ChainExpr): readonly ChainExpr[] => (e.kind === 'add' ? e.args : [e]);

/** Does a density read no indices but these? */
export const isOpen =
  (bases: readonly string[]) =>
  ({ left, given }: Density): boolean =>
    [...left, ...given].every((p) =>
      (isSpan(p) ? [p.from, p.to] : p.index ? [p.index] : []).every(({ base }) => bases.includes(base)),
    );

/** What stands with a plus on either side, once what is subtracted went to the other. */
export function sides(larger: ChainExpr, smaller: ChainExpr): [ChainExpr[], ChainExpr[]] {
  const signed = (e: ChainExpr, negative: boolean): ChainExpr[] =>
    addends(e).flatMap((term) =>
      (term.kind === 'neg') !== negative ? [] : [term.kind === 'neg' ? term.arg : term],
    );
  return [
    [...signed(larger, false), ...signed(smaller, true)],
    [...signed(smaller, false), ...signed(larger, true)],
  ];
}

/** Divergences that may be the gap: what one side has and the other lacks, and KLs between the densities at hand. */
export function candidates(
  larger: ChainExpr,
  smaller: ChainExpr,
  model: ChainModel,
  bases: readonly string[],
): ChainExpr[] {
  const isGap = (e: ChainExpr): boolean => isNonNegative(e, model.positive);
  const extra = addends(larger).filter(isGap);
  const taken = addends(smaller).flatMap((e) => (e.kind === 'neg' && isGap(e.arg) ? [e.arg] : []));
  const found: ChainExpr[] = [...extra, ...taken, ...leftOver(...sides(larger, smaller))];
  if (extra.length > 1) found.push({ kind: 'add', args: extra });
  if (taken.length > 1) found.push({ kind: 'add', args: taken });
  // Densities under a sum read its index, which means nothing outside it; the hidden path of a chain always may be the gap.
  const here = [...densitiesIn(larger), ...densitiesIn(smaller)].filter(isOpen(bases));
  for (const { name, long } of model.densities.values()) if (long) here.push({ name, ...hiddenPath });
  for (const first of unique(here)) {
    for (const name of model.densities.keys()) {
      if (name !== first.name) found.push({ kind: 'kl', first, second: { ...first, name } });
    }
    if (first.given.length === 0) continue;
    const marginal: Density = { ...first, given: [] };
    const over: Density = { name: first.name, left: first.given, given: [] };
    found.push({ kind: 'expect', over, arg: { kind: 'kl', first, second: marginal } });
  }
  return found.filter(isGap);
}

const hiddenPath: Pick<Density, 'left' | 'given'> = {
  left: [{ family: 'x', from: { base: '', plus: 1 }, to: { base: 'T', plus: 0 } }],
  given: [{ family: 'x', index: { base: '', plus: 0 } }],
};

const unique = (list: readonly Density[]): Density[] => [
  ...new Map(list.map((d) => [`${d.name}(${names(d.left)}|${names(d.given)})`, d])).values(),
];

/** A divergence, and what it is the mean over. */
interface Divergence {
  over?: Density;
  first: Density;
  second: Density;
}

const divergenceOf = (e: ChainExpr): Divergence[] => {
  if (e.kind === 'kl') return [e];
  return e.kind === 'expect' && e.arg.kind === 'kl'
    ? [{ over: e.over, first: e.arg.first, second: e.arg.second }]
    : [];
};

/** The rest of a divergence or an entropy of more variables, when one of fewer is taken off: the chain rules of KL and of information. */
function leftOver(larger: readonly ChainExpr[], smaller: readonly ChainExpr[]): ChainExpr[] {
  const found: ChainExpr[] = [];
  const mean = (over: Density | undefined, arg: ChainExpr): ChainExpr =>
    over && over.left.length > 0 ? { kind: 'expect', over, arg } : arg;
  for (const big of larger.flatMap(divergenceOf)) {
    for (const small of smaller.flatMap(divergenceOf)) {
      const { first, second } = big;
      const part = small.first.left;
      if (first.name !== small.first.name || second.name !== small.second.name) continue;
      if (second.name === first.name && second.given.length === 0) {
        // I(B; G) ≥ I(A; G) by what B tells of G beyond A.
        const given = [...part, ...first.given];
        const over = { name: first.name, left: given, given: [] };
        const kl: ChainExpr = { kind: 'kl', first: { ...first, given }, second: { ...second, given: part } };
        found.push(mean(over, kl));
      }
      const rest = without(first.left, part);
      if (rest === undefined || names(first.given) !== names(small.first.given)) continue;
      const given = [...part, ...first.given];
      const kl: ChainExpr = {
        kind: 'kl',
        first: { name: first.name, left: rest, given },
        second: { name: second.name, left: rest, given: [...part, ...second.given] },
      };
      found.push(mean(big.over, mean({ name: first.name, left: part, given: first.given }, kl)));
    }
  }
  const entropies = (list: readonly ChainExpr[]) => list.flatMap((e) => (e.kind === 'entropy' ? [e.of] : []));
  for (const joint of entropies(smaller)) {
    for (const part of entropies(larger)) {
      const rest = without(joint.left, part.left);
      if (rest === undefined || joint.name !== part.name || joint.given.length > 0) continue;
      const first = { name: joint.name, left: part.left, given: rest };
      const kl: ChainExpr = { kind: 'kl', first, second: { ...first, given: [] } };
      found.push(mean({ name: joint.name, left: rest, given: [] }, kl));
    }
  }
  return found;
}

/** The places without some of them, which may stand in a run; undefined where they are not among them. */
function without(places: readonly Place[], removed: readonly Place[]): Place[] | undefined {
  let left = [...places];
  for (const place of removed) {
    const whole = left.findIndex((other) => placeText(other) === placeText(place));
    if (whole >= 0) {
      left = left.filter((_, i) => i !== whole);
      continue;
    }
    if (isSpan(place) || place.index === undefined) return undefined;
    const { family, index } = place;
    const runs = left.flatMap((other) => (isSpan(other) && other.family === family ? [other] : []));
    const run = runs.find(({ from, to }) => sameIndex(from, index) || sameIndex(to, index)) ?? runs[0];
    if (run === undefined) return undefined;
    const before = sameIndex(run.from, index) ? [] : [{ ...run, to: shift(index, -1) }];
    const after = sameIndex(run.to, index) ? [] : [{ ...run, from: shift(index, 1) }];
    left = left.flatMap((other) => (other === run ? [...before, ...after] : [other]));
  }
  return left.length > 0 ? left : undefined;
}
