/** Engine two: a statement rewritten by the rules of probability to its normal form, for all densities and all T. */
import { ONE, divQ, mulQ, rational, type Rational } from '../rational.ts';
import {
  assertDistinct,
  cancelled,
  constant,
  integrated,
  integratedRuns,
  unit,
  type Context,
} from './integrate.ts';
import { OrderUnknown, type Order } from './order.ts';
import { MAX_PEELED, noProducts, onItem, split } from './ranges.ts';
import { exprWith, renamed } from './rewrite.ts';
import { closedOff, distinct, pointsOf } from './closed.ts';
import { multipliedPowers, negated, type Joint, type Linear, type Ranged, type Term } from './terms.ts';
import { Unsupported } from './unsupported.ts';
import {
  END,
  indicesAt,
  isSpan,
  placeText,
  shift,
  START,
  type ChainExpr,
  type Density,
  type Place,
  type Point,
} from './syntax.ts';

/** @throws Unsupported or OrderUnknown where the rules do not reach. */
export function normalForm(expr: ChainExpr, order: Order, context: Context): Linear {
  const at = (e: ChainExpr): Linear => normalForm(e, order, context);
  context.clock.check();
  switch (expr.kind) {
    case 'number':
      return expr.value.n === 0n ? [] : [constant(expr.value)];
    case 'density':
      return [{ coefficient: ONE, atom: { ...unit, weight: conditional(expr.density, order, context) } }];
    case 'function':
      assertInChain(expr.args, order);
      return [
        { coefficient: ONE, atom: { ...unit, functions: [{ name: expr.name, args: expr.args, power: 1 }] } },
      ];
    case 'add':
      return expr.args.flatMap(at);
    case 'neg':
      return negated(at(expr.arg));
    case 'mul':
      return expr.args.map(at).reduce((a, b) => product(a, b, order, context));
    case 'div':
      return product(at(expr.num), [inverse(at(expr.den))], order, context);
    case 'log':
      context.used('log of a product');
      return logarithm(at(expr.arg));
    case 'expect':
      return expectation(expr.over, at(expr.arg), order, context);
    case 'kl': {
      context.used('definition of KL');
      const { first, second } = expr;
      if (sortedText(first.left) !== sortedText(second.left))
        throw new Unsupported('a KL between densities of different variables');
      const log = logarithm([
        { coefficient: ONE, atom: { ...unit, weight: ratio(first, second, order, context) } },
      ]);
      return expectation(first, log, order, context);
    }
    case 'entropy': {
      context.used('definition of entropy');
      const log = logarithm(at({ kind: 'density', density: expr.of }));
      return negated(expectation(expr.of, log, order, context));
    }
    case 'sum':
      return summed(expr, order, context);
    case 'prod':
      return multiplied(expr, order, context);
    case 'integral': {
      const over = present(expr.over, order);
      if (over.length === 0) return at(expr.arg);
      assertOnce(over, order);
      assertInChain(over, order);
      return at(expr.arg)
        .map((item) => onItem(item, order, (term, inner) => integral(term, over, inner, context)))
        .flat();
    }
  }
}

/** Functions and integrals read variables x_0 … x_T only. @throws OrderUnknown where an index may leave the chain, or a run go backwards */
function assertInChain(places: readonly Place[], order: Order): void {
  for (const place of places) {
    const limits = indicesAt(place).flatMap((index) => [
      [START, index],
      [index, END],
    ]);
    for (const [low, high] of [...limits, ...(isSpan(place) ? [[place.from, shift(place.to, 1)]] : [])])
      if (!order.atMost(low, high)) throw new OrderUnknown(low, high);
  }
}

/** Without runs that are certainly empty: x_{1:T-1} at T = 1. @throws OrderUnknown where one may run backwards */
const present = (places: readonly Place[], order: Order): readonly Place[] =>
  places.filter((p) => {
    if (!isSpan(p) || !order.atMost(shift(p.to, 1), p.from)) return true;
    if (!order.atMost(p.from, shift(p.to, 1))) throw new OrderUnknown(p.from, p.to);
    return false;
  });

const sortedText = (list: readonly Place[]): string => list.map(placeText).sort().join();

/** A conditional as a ratio of joints, each split by independence. @throws Unsupported when it is no density: a variable twice */
function conditional(density: Density, order: Order, context: Context): Ranged<Joint>[] {
  const { name } = density;
  const [left, given] = [density.left, density.given].map((list) => present(list, order));
  for (const place of given)
    for (const other of left)
      if (overlap(place, other, order))
        throw new Unsupported(`${placeText(other)} stands on both sides of the bar`);
  assertOnce(left, order);
  const { decompose } = context.structure(name);
  if (given.length > 0) context.used('product rule');
  const joint = decompose([...left, ...given], order);
  if (joint.length > 1) context.used('conditional independence');
  return cancelled([...joint, ...negated(decompose(given, order))]);
}

/** @throws Unsupported, OrderUnknown */
function assertOnce(list: readonly Place[], order: Order): void {
  list.forEach((place, i) => {
    for (const other of list.slice(i + 1))
      if (overlap(place, other, order))
        throw new Unsupported(`${placeText(place)} and ${placeText(other)} share a variable: no density`);
  });
}

/** Do two places share a variable? @throws OrderUnknown */
function overlap(a: Place, b: Place, order: Order): boolean {
  if (a.family !== b.family) return false;
  const ends = (p: Place) => (isSpan(p) ? [p.from, p.to] : [p.index, p.index]);
  const [[a0, a1], [b0, b1]] = [ends(a), ends(b)];
  if (!a0 || !a1 || !b0 || !b1) return placeText(a) === placeText(b);
  if (order.atMost(shift(a1, 1), b0) || order.atMost(shift(b1, 1), a0)) return false;
  if (order.atMost(a0, b1) && order.atMost(b0, a1)) return true;
  throw new OrderUnknown(a0, b0);
}

const ratio = (a: Density, b: Density, order: Order, context: Context): Ranged<Joint>[] => [
  ...conditional(a, order, context),
  ...negated(conditional(b, order, context)),
];

function product(a: Linear, b: Linear, order: Order, context: Context): Linear {
  return a.flatMap((x) =>
    b.flatMap((y) => {
      if (x.over && y.over) throw new Unsupported('a product of two sums');
      context.used('linearity');
      context.clock.check();
      // A variable is put in for the index of a sum before the factors meet: it may be one that the other factor binds.
      const multiply = (item: Ranged<Term>, by: (term: Term) => Term): Linear =>
        onItem(item, order, (term, inner) => {
          const multiplied = by(term);
          assertDistinct(multiplied, inner);
          return multiplied;
        });
      const coefficient = mulQ(x.coefficient, y.coefficient);
      if (x.over || y.over) [x.atom, y.atom].forEach(noProducts);
      return y.over
        ? multiply({ ...y, coefficient }, (term) => times(x.atom, term))
        : multiply({ ...x, coefficient }, (term) => times(term, y.atom));
    }),
  );
}

function times(one: Term, other: Term): Term {
  const clash = [one, other].some((x, i) => {
    const y = [other, one][i];
    const read = [...pointsOf(y), ...y.bound].map(placeText);
    return x.bound.some(
      (p) => read.includes(placeText(p)) || y.weight.some(({ over }) => over !== undefined),
    );
  });
  const [a, b] = clash || (one.log && other.log) ? [one, other].map(closedOff) : [one, other];
  if (a.log && b.log) throw new Unsupported('a product of logarithms');
  const log = a.log ?? b.log;
  return {
    bound: [...a.bound, ...b.bound],
    weight: cancelled([...a.weight, ...b.weight]),
    functions: multipliedPowers([...a.functions, ...b.functions]),
    closed: [...a.closed, ...b.closed],
    ...(log && { log }),
  };
}

/** 1/x for a single ratio of densities and functions. */
function inverse(x: Linear): Ranged<Term> {
  const [item] = x;
  if (x.length !== 1 || item.over || item.atom.bound.length + item.atom.closed.length > 0 || item.atom.log)
    throw new Unsupported('a division by more than a product of densities and functions');
  const { weight, functions } = item.atom;
  const inverted = functions.map((each) => ({ ...each, power: -each.power }));
  return {
    coefficient: divQ(ONE, item.coefficient),
    atom: { ...unit, weight: negated(weight), functions: inverted },
  };
}

/** The logarithm of a single ratio of densities and functions. */
function logarithm(x: Linear): Linear {
  const [item] = x;
  if (x.length !== 1 || item.over || item.atom.bound.length + item.atom.closed.length > 0 || item.atom.log)
    throw new Unsupported('a logarithm of a sum or an integral');
  if (item.coefficient.n !== 1n || item.coefficient.d !== 1n)
    throw new Unsupported('a logarithm of a number');
  return [
    ...item.atom.weight.map(({ coefficient, over, atom }) => ({
      coefficient,
      ...(over && { over }),
      atom: { ...unit, log: atom },
    })),
    ...item.atom.functions.map(({ power, ...log }) => ({
      coefficient: rational(BigInt(power)),
      atom: { ...unit, log },
    })),
  ];
}

/**
 * E_{q(left|given)}: variables that the integrand does not read are integrated out of the density at once; one that is
 * also given has the value given.
 */
function expectation(declared: Density, arg: Linear, order: Order, context: Context): Linear {
  const given = present(declared.given, order);
  const isGiven = (p: Place): boolean => !isSpan(p) && given.some((g) => !isSpan(g) && overlap(g, p, order));
  const free = present(declared.left, order).filter((p) => !isGiven(p));
  const left = free.filter(
    (p, i) => isSpan(p) || !free.slice(0, i).some((other) => overlap(p, other, order)),
  );
  const over = { ...declared, given, left };
  conditional(over, order, context);
  return arg.flatMap((item) =>
    onItem(item, order, (term, inner) => {
      if (term.weight.some((w) => w.over !== undefined)) {
        const apart = closedOff(term); // what an integral binds is not what this mean is given
        const weight = cancelled([...apart.weight, ...conditional(over, inner, context)]);
        return integral({ ...apart, weight }, over.left, inner, context);
      }
      const read = pointsOf(term).filter((p) => !term.bound.some((b) => placeText(b) === placeText(p)));
      const left = read.filter((p) => over.left.some((place) => overlap(place, p, inner)));
      if (left.length < over.left.length || over.left.some(isSpan)) context.used('marginalisation');
      if (left.length === 0) return term;
      if (term.bound.length > 0) context.used('tower rule');
      const bar = over.given.filter((p): p is Point => !isSpan(p));
      if (bar.length < over.given.length) throw new Unsupported('an expectation given a run of variables');
      const clash = [...left, ...bar].some((p) => term.bound.some((b) => placeText(b) === placeText(p)));
      const apart = clash ? closedOff(term) : term;
      const weighted = {
        ...apart,
        weight: cancelled([...apart.weight, ...conditional({ ...over, left }, inner, context)]),
      };
      return integrated(weighted, left, inner, context);
    }),
  );
}

function integral(term: Term, over: readonly Place[], order: Order, context: Context): Term {
  return over.some(isSpan)
    ? integratedRuns(term, over, order, context)
    : integrated(term, distinct(over as Point[]), order, context);
}

const MAX_WRITTEN = 16; // terms of a sum whose number is known: they are written out

type Big = Extract<ChainExpr, { kind: 'sum' | 'prod' }>;

/** What a sum adds up, or what a product multiplies: the terms of the body over the index. */
function summed(whole: Big, order: Order, context: Context, peeled = 0): Linear {
  const expr = ownIndex(whole, order);
  const { index, from, to, body } = expr;
  const terms = (e: ChainExpr, inner: Order): Linear => {
    const found = normalForm(e, inner, context);
    if (expr.kind === 'prod' && (found.length !== 1 || found[0].over))
      throw new Unsupported('a product over an index of sums');
    return found;
  };
  if (order.atMost(shift(to, 1), from)) return [];
  // A formal sum S(to + 1) − S(from) is the sum only where it does not run backwards.
  if (!order.atMost(from, shift(to, 1))) throw new OrderUnknown(from, to);
  if (from.base === to.base && to.plus - from.plus < MAX_WRITTEN)
    return Array.from({ length: to.plus - from.plus + 1 }, (_, i) =>
      terms(exprWith(body, index, shift(from, i)), order),
    ).flat();
  try {
    const inner = terms(body, order.within(index, from, to));
    if (inner.some(({ over }) => over)) throw new Unsupported('a sum within a sum');
    inner.forEach(({ atom }) => noProducts(atom));
    context.used('linearity');
    return inner.map((item) => ({ ...item, over: { index, from, to } }));
  } catch (error) {
    if (!(error instanceof OrderUnknown) || peeled >= 2 * MAX_PEELED) throw error;
    if (!order.atMost(from, to)) throw new OrderUnknown(from, to);
    const { single, rest } = split({ index, from, to }, peeled < MAX_PEELED);
    const one = terms(exprWith(body, index, single), order);
    return [...one, ...summed({ ...expr, from: rest.from, to: rest.to }, order, context, peeled + 1)];
  }
}

/** The sum with a name for its index that means nothing outside: what multiplies it may read an index of the same name. */
const ownIndex = (sum: Big, order: Order): Big =>
  order.knows(sum.index) ? renamed(sum, (name) => order.knows(name)) : sum;

function multiplied(expr: Big, order: Order, context: Context): Linear {
  const factors = summed(expr, order, context);
  let coefficient: Rational = ONE;
  const weight = factors.flatMap(({ coefficient: c, over, atom }): Ranged<Joint>[] => {
    if (atom.bound.length + atom.closed.length + atom.functions.length > 0 || atom.log)
      throw new Unsupported('a product over an index of more than densities');
    if (over && (c.n !== 1n || c.d !== 1n)) throw new Unsupported('a product over an index of numbers');
    coefficient = mulQ(coefficient, c);
    return over ? atom.weight.map((item) => ({ ...item, over })) : [...atom.weight];
  });
  return [{ coefficient, atom: { ...unit, weight: cancelled(weight) } }];
}
