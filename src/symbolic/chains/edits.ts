/** Single edits of an expression: the slips that people make. */
import { densitiesAt, mapExpr } from './rewrite.ts';
import { indexText, isSpan, placeText, shift, type ChainExpr, type Density, type Place } from './syntax.ts';
import { chainText, densityText } from './text.ts';

export interface Edit {
  readonly expr: ChainExpr;
  /** What it puts in place of what, for a diagnosis: `x_t in place of x_{t-1}`. */
  readonly what: string;
}

/** Every expression one edit away, over the density names given. */
export function edits(expr: ChainExpr, names: readonly string[]): Edit[] {
  const seen = new Set([chainText(expr)]);
  return [...here(expr), ...within(expr, names)].filter((edit) => {
    const text = chainText(edit.expr);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

/** Edits of one child at a time, and of one density of this node. */
function within(expr: ChainExpr, names: readonly string[]): Edit[] {
  const found: Edit[] = [];
  const keep = { child: (e: ChainExpr) => e, density: (d: Density) => d, index: <I>(i: I) => i };
  const children: ChainExpr[] = [];
  mapExpr(expr, { ...keep, child: (e) => (children.push(e), e) });
  children.forEach((child, at) => {
    for (const edit of [...here(child), ...within(child, names)]) {
      let i = 0;
      found.push({ ...edit, expr: mapExpr(expr, { ...keep, child: (e) => (i++ === at ? edit.expr : e) }) });
    }
  });
  densitiesAt(expr).forEach((density, at) => {
    for (const { density: changed, what } of densityEdits(density, names)) {
      let i = 0;
      found.push({ what, expr: mapExpr(expr, { ...keep, density: (d) => (i++ === at ? changed : d) }) });
    }
  });
  return found;
}

function here(expr: ChainExpr): Edit[] {
  switch (expr.kind) {
    case 'kl':
      return [
        {
          expr: { ...expr, first: expr.second, second: expr.first },
          what: `${densityText(expr.second)} before ${densityText(expr.first)} in the KL`,
        },
      ];
    case 'sum':
    case 'prod':
      return [-1, 1].flatMap((by) => [
        {
          expr: { ...expr, from: shift(expr.from, by) },
          what: `${expr.kind} from ${expr.index} = ${indexText(shift(expr.from, by))}`,
        },
        {
          expr: { ...expr, to: shift(expr.to, by) },
          what: `${expr.kind} to ${indexText(shift(expr.to, by))}`,
        },
      ]);
    case 'add':
      return expr.args.flatMap((term, i) => {
        const rest = expr.args.filter((_, j) => j !== i);
        const flipped: ChainExpr = term.kind === 'neg' ? term.arg : { kind: 'neg', arg: term };
        const shown = chainText(term.kind === 'neg' ? term.arg : term);
        return [
          { expr: rest.length === 1 ? rest[0] : { ...expr, args: rest }, what: `no ${shown}` },
          {
            expr: { ...expr, args: expr.args.map((t, j) => (j === i ? flipped : t)) },
            what: `the other sign of ${shown}`,
          },
        ];
      });
    case 'neg':
      return [{ expr: expr.arg, what: 'the other sign' }];
    case 'div':
      return [{ expr: { kind: 'div', num: expr.den, den: expr.num }, what: 'the ratio upside down' }];
    default:
      return [];
  }
}

function densityEdits(density: Density, names: readonly string[]): { density: Density; what: string }[] {
  const found: { density: Density; what: string }[] = [];
  for (const side of ['left', 'given'] as const) {
    density[side].forEach((place, i) => {
      for (const changed of placeEdits(place)) {
        const list = density[side].map((p, j) => (j === i ? changed : p));
        found.push({
          density: { ...density, [side]: list },
          what: `${placeText(changed)} in place of ${placeText(place)}`,
        });
      }
    });
  }
  density.given.forEach((_place, i) => {
    const dropped = { ...density, given: density.given.filter((_, j) => j !== i) };
    found.push({ density: dropped, what: `${densityText(dropped)} in place of ${densityText(density)}` });
  });
  for (const name of names)
    if (name !== density.name)
      found.push({ density: { ...density, name }, what: `${name} in place of ${density.name}` });
  return found;
}

function placeEdits(place: Place): Place[] {
  if (isSpan(place)) return [{ ...place, from: shift(place.from, 1) }];
  if (place.index === undefined) return [];
  const { index } = place;
  return [-1, 1]
    .filter((by) => index.base !== '' || index.plus + by >= 0)
    .map((by) => ({ ...place, index: shift(index, by) }));
}
