/** Walks over expressions: substitution of an index, direct subexpressions, densities in them. */
import { indexWith, isSpan, placeWith, type ChainExpr, type Density, type Index } from './syntax.ts';

export const densityWith = (density: Density, base: string, value: Index): Density => ({
  ...density,
  left: density.left.map((place) => placeWith(place, base, value)),
  given: density.given.map((place) => placeWith(place, base, value)),
});

/** A copy whose densities, children and index limits went through the given maps. */
export function mapExpr(
  expr: ChainExpr,
  maps: {
    child: (e: ChainExpr) => ChainExpr;
    density: (d: Density) => Density;
    index: (i: Index) => Index;
  },
): ChainExpr {
  const { child, density, index } = maps;
  const point = <P extends { index?: Index }>(p: P): P =>
    p.index === undefined ? p : { ...p, index: index(p.index) };
  switch (expr.kind) {
    case 'number':
      return expr;
    case 'density':
      return { ...expr, density: density(expr.density) };
    case 'function':
      return { ...expr, args: expr.args.map(point) };
    case 'add':
    case 'mul':
      return { ...expr, args: expr.args.map(child) };
    case 'neg':
    case 'log':
      return { ...expr, arg: child(expr.arg) };
    case 'div':
      return { ...expr, num: child(expr.num), den: child(expr.den) };
    case 'expect':
      return { ...expr, over: density(expr.over), arg: child(expr.arg) };
    case 'kl':
      return { ...expr, first: density(expr.first), second: density(expr.second) };
    case 'entropy':
      return { ...expr, of: density(expr.of) };
    case 'sum':
    case 'prod':
      return { ...expr, from: index(expr.from), to: index(expr.to), body: child(expr.body) };
    case 'integral':
      return {
        ...expr,
        over: expr.over.map((p) => ('from' in p ? { ...p, from: index(p.from), to: index(p.to) } : point(p))),
        arg: child(expr.arg),
      };
  }
}

/**
 * The expression with a value put in for a free index; an index that a sum binds again is left alone, and a sum whose own
 * index the value reads gets another name for it first.
 */
export function exprWith(expr: ChainExpr, base: string, value: Index): ChainExpr {
  if (expr.kind === 'sum' || expr.kind === 'prod') {
    if (expr.index === base)
      return { ...expr, from: indexWith(expr.from, base, value), to: indexWith(expr.to, base, value) };
    if (expr.index === value.base)
      return exprWith(
        renamed(expr, (name) => name === value.base),
        base,
        value,
      );
  }
  return mapExpr(expr, {
    child: (e) => exprWith(e, base, value),
    density: (d) => densityWith(d, base, value),
    index: (i) => indexWith(i, base, value),
  });
}

/** A sum or product whose index has a name that is neither taken nor read in its body. */
export function renamed<S extends Extract<ChainExpr, { kind: 'sum' | 'prod' }>>(
  sum: S,
  isTaken: (name: string) => boolean,
): S {
  const read = new Set(indicesIn(sum.body).map(({ base }) => base));
  let index = `${sum.index}'`;
  while (isTaken(index) || read.has(index)) index += "'";
  return { ...sum, index, body: exprWith(sum.body, sum.index, { base: index, plus: 0 }) };
}

export function childrenOf(expr: ChainExpr): readonly ChainExpr[] {
  switch (expr.kind) {
    case 'add':
    case 'mul':
      return expr.args;
    case 'neg':
    case 'log':
    case 'expect':
    case 'integral':
      return [expr.arg];
    case 'div':
      return [expr.num, expr.den];
    case 'sum':
    case 'prod':
      return [expr.body];
    default:
      return [];
  }
}

/** Every index that an expression reads, limits of sums included. */
export function indicesIn(expr: ChainExpr): Index[] {
  const found: Index[] = [];
  const index = (i: Index): Index => (found.push(i), i);
  const density = (d: Density): Density => {
    for (const place of [...d.left, ...d.given])
      found.push(...(isSpan(place) ? [place.from, place.to] : place.index ? [place.index] : []));
    return d;
  };
  const child = (e: ChainExpr): ChainExpr => mapExpr(e, { child, density, index });
  child(expr);
  return found;
}

/** Every subexpression, parents first. */
export function subexpressions(expr: ChainExpr): ChainExpr[] {
  return [expr, ...childrenOf(expr).flatMap(subexpressions)];
}

/** The densities that one node names itself. */
export function densitiesAt(expr: ChainExpr): Density[] {
  if (expr.kind === 'density') return [expr.density];
  if (expr.kind === 'expect') return [expr.over];
  if (expr.kind === 'kl') return [expr.first, expr.second];
  return expr.kind === 'entropy' ? [expr.of] : [];
}

export const densitiesIn = (expr: ChainExpr): Density[] => subexpressions(expr).flatMap(densitiesAt);

/** KL and entropy written as what they are, logarithms of ratios and products as sums. */
export function unfolded(expr: ChainExpr): ChainExpr {
  if (expr.kind === 'kl') {
    const [num, den] = [expr.first, expr.second].map((density): ChainExpr => ({ kind: 'density', density }));
    return {
      kind: 'expect',
      over: expr.first,
      arg: unfolded({ kind: 'log', arg: { kind: 'div', num, den } }),
    };
  }
  if (expr.kind === 'entropy') {
    const log: ChainExpr = { kind: 'log', arg: { kind: 'density', density: expr.of } };
    return { kind: 'neg', arg: { kind: 'expect', over: expr.of, arg: log } };
  }
  if (expr.kind === 'log' && expr.arg.kind === 'div') {
    const [num, den] = [expr.arg.num, expr.arg.den].map((arg) => unfolded({ kind: 'log', arg }));
    return { kind: 'add', args: [num, { kind: 'neg', arg: den }] };
  }
  if (expr.kind === 'log' && expr.arg.kind === 'mul')
    return { kind: 'add', args: expr.arg.args.map((arg) => unfolded({ kind: 'log', arg })) };
  return mapExpr(expr, { child: unfolded, density: (d) => d, index: (i) => i });
}
