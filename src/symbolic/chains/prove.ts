/** Proofs for all densities and all T: both sides have the same normal form. */
import { startClock, type Clock } from '../clock.ts';
import { normalForm } from './rules.ts';
import type { Context } from './integrate.ts';
import type { ChainModel } from './model.ts';
import { Order, OrderUnknown } from './order.ts';
import { exprWith } from './rewrite.ts';
import { structureOf, type Structure } from './structure.ts';
import { canonical, canonicalText, negated, terms, type Linear } from './terms.ts';
import { Divergent, Unsupported } from './unsupported.ts';
import type { ChainExpr, IndexRange, Statement } from './syntax.ts';

export interface RuleProof {
  readonly kind: 'proved';
  readonly rules: readonly string[];
  /** TeX of what the rules rest on. */
  readonly conditions: readonly string[];
}

/** `diverges`: a side is an integral over a variable of what does not depend on it. */
export type RuleFinding =
  RuleProof | { readonly kind: 'open'; readonly reason: string; readonly diverges: boolean };

const MORE_LENGTHS = 3; // a proof for T ≥ least + k, and one for each of the k shorter chains

/** lhs = rhs for every T ≥ least, by rewriting. `vacuous` forms are not told apart here. */
export function proveByRules(
  model: ChainModel,
  statement: Pick<Statement, 'lhs' | 'rhs'>,
  ranges: readonly IndexRange[],
  least: number,
  clock: Clock = startClock(5000),
): RuleFinding {
  const rules = new Set<string>();
  const conditions = new Set<string>();
  const context = contextOf(model, { rules, conditions, clock });
  const { lhs, rhs } = statement;
  let reason = '';
  for (let from = least; from < least + MORE_LENGTHS; from++) {
    try {
      if (!same(lhs, rhs, ranges, Order.ofLength(from), context)) return differ;
      for (let T = least; T < from; T++) {
        const put = (e: ChainExpr): ChainExpr => exprWith(e, 'T', { base: '', plus: T });
        const at = { base: '', plus: T };
        const put2 = ranges.map((range) => ({
          ...range,
          from: range.from.base === 'T' ? { base: '', plus: T + range.from.plus } : range.from,
          to: range.to.base === 'T' ? { base: '', plus: T + range.to.plus } : range.to,
        }));
        const fixed = Order.ofLength(T).within('T', at, at);
        if (!same(put(lhs), put(rhs), put2, fixed, context)) return differ;
      }
      return { kind: 'proved', rules: [...rules].sort(), conditions: [...conditions] };
    } catch (error) {
      if (!(error instanceof OrderUnknown) && !(error instanceof Unsupported)) throw error;
      reason = error.message;
      if (error instanceof Divergent) return { kind: 'open', reason, diverges: true };
      if (error instanceof Unsupported) break;
    }
  }
  return { kind: 'open', reason, diverges: false };
}

const differ: RuleFinding = {
  kind: 'open',
  reason: 'the rules bring the two sides to different normal forms',
  diverges: false,
};

function contextOf(
  model: ChainModel,
  { rules, conditions, clock }: { rules: Set<string>; conditions: Set<string>; clock: Clock },
): Context {
  const structures = new Map<string, Structure>();
  return {
    structure: (name) => {
      const joint = model.densities.get(name);
      if (joint === undefined) throw new Unsupported(`${name} is not declared`);
      let structure = structures.get(name);
      if (structure === undefined) structures.set(name, (structure = structureOf(joint)));
      return structure;
    },
    used: (rule) => rules.add(rule),
    needs: (condition) => conditions.add(condition),
    clock,
  };
}

/** The same normal form for every value of the free indices; the first value apart where it needs to be. */
function same(
  lhs: ChainExpr,
  rhs: ChainExpr,
  ranges: readonly IndexRange[],
  order: Order,
  context: Context,
  peeled = 0,
): boolean {
  if (ranges.length === 0)
    return isZero([...normalForm(lhs, order, context), ...negated(normalForm(rhs, order, context))], context);
  const [{ index, from, to }, ...rest] = ranges;
  if (order.atMost({ ...to, plus: to.plus + 1 }, from)) return true;
  try {
    return same(lhs, rhs, rest, order.within(index, from, to), context);
  } catch (error) {
    if (!(error instanceof OrderUnknown) || peeled >= 4) throw error;
    if (!order.atMost(from, to)) throw error;
    const low = peeled < 2;
    const value = low ? from : to;
    const [one, other] = [lhs, rhs].map((e) => exprWith(e, index, value));
    const others = low
      ? { index, from: { ...from, plus: from.plus + 1 }, to }
      : { index, from, to: { ...to, plus: to.plus - 1 } };
    return (
      same(one, other, rest, order, context) && same(lhs, rhs, [others, ...rest], order, context, peeled + 1)
    );
  }
}

function isZero(difference: Linear, context: Context): boolean {
  if (difference.some(({ over, atom }) => over || atom.weight.some((w) => w.over)))
    context.used('telescoping');
  return canonicalText(canonical(difference, terms)) === '';
}
