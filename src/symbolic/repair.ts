/** Repairs of a wrong expression: the slips that people make, undone one at a time, likely ones first. */
import {
  add,
  childrenOf,
  equalExpr,
  digest,
  rewritten,
  shownText,
  substitute,
  symbol,
  symbolsOf,
  withChildren,
  type Expr,
} from './expr.ts';
import * as slips from './slips.ts';
import { occurrences, repairWords, type Repair } from './repair-words.ts';

/** No expression is tried more often than this: a long one without a likely repair goes without a diagnosis. */
export const MAX_REPAIRS = 500;
/** Two slips at once are tried of roots only, and of this many. */
const MAX_PAIRS = 40;

/** What a name stands for and which others may be meant: the table's TeX where there is one, else the name. */
type Label = (name: string) => string;

/**
 * Every repair of a line, each other expression once and at most `MAX_REPAIRS`: `names` may be written in, `label` tells
 * which symbols differ in their index alone. What a repair is worth, a check of the whole says.
 */
export function* repairs(
  line: Expr,
  names: readonly string[],
  label: Label = (name) => name,
): Generator<Repair> {
  const seen = new Set([digest(line)]);
  for (const repair of candidates(line, [...new Set([...symbolsOf(line), ...names])], label)) {
    const text = digest(repair.whole);
    if (seen.has(text)) continue;
    seen.add(text);
    yield repair;
    if (seen.size > MAX_REPAIRS) return;
  }
}

/** A name with or without a sign. */
const isName = (e: Expr): boolean => (e.kind === 'neg' ? e.arg : e).kind === 'symbol';

/**
 * Does the repaired line only name the other side, itself or by another name of the same? `y = y` holds of whatever was
 * meant, and repairs nothing.
 */
export const namesOther = (other: Expr, repaired: Expr, verdict: string): boolean =>
  verdict === 'vacuous' && isName(other) && isName(repaired);

/** The words of a repair in plain text. */
export const repairText = (repair: Repair): string => repairWords(repair, shownText);

function* candidates(line: Expr, names: readonly string[], label: Label): Generator<Repair> {
  const places = placesOf(line);
  const own = symbolsOf(line);
  const at = function* (slip: slips.Slip): Generator<Repair> {
    for (const { node, path } of places)
      for (const after of slip(node)) yield { line, whole: replaceAt(line, path, after) };
  };
  const others =
    (wanted: (name: string, other: string) => boolean): slips.Slip =>
    (e) =>
      e.kind === 'symbol' ? names.filter((name) => name !== e.name && wanted(e.name, name)).map(symbol) : [];
  const sums = places.flatMap(({ node, path }) => (node.kind === 'add' ? [{ terms: node.args, path }] : []));

  yield { line, whole: slips.flipped(line), note: { kind: 'sign' } };
  for (const { terms, path } of sums) {
    for (const [i, term] of terms.entries()) {
      const whole = replaceAt(line, [...path, i], slips.flipped(term));
      yield { line, whole, ...(path.length === 0 && { note: { kind: 'term sign', index: i } }) };
    }
  }
  yield* at(slips.signs);
  for (const repair of at(others((name, other) => differInIndex(label(name), label(other)))))
    yield { ...repair, note: { kind: 'index' } };
  yield* exchanges(line, own);
  yield* at(slips.roots);
  yield* at(slips.twos);
  yield* at(others((name, other) => !differInIndex(label(name), label(other))));
  yield* at(slips.turned);
  for (const { terms, path } of sums) {
    for (const [a, b] of slips.coefficientPairs(terms)) {
      const whole = replaceAt(line, path, add(...terms.map((term) => exchanged(term, a, b))));
      yield { line, whole, note: { kind: 'exchanged', a, b } };
    }
    for (const [i, dropped] of terms.entries()) {
      const whole = replaceAt(line, path, slips.joined('add', slips.without(terms, i)));
      yield { line, whole, note: { kind: 'without', dropped } };
    }
    for (const added of slips.crossTerms(terms))
      yield { line, whole: replaceAt(line, path, add(...terms, added)), note: { kind: 'cross term', added } };
  }
  yield* at(slips.laws);
  for (const { node, path } of places)
    if (path.length > 0 && (node.kind === 'mul' || node.kind === 'div'))
      for (const { whole, note } of exchanges(node, symbolsOf(node)))
        yield { line, whole: replaceAt(line, path, whole), note: note && { ...note, within: node } };
  yield* at(slips.offByOne);
  yield* at(slips.dropped);
  yield* rootPairs(line, places);
}

/** Two symbols exchanged throughout; a symbol and one minus it. */
function* exchanges(
  line: Expr,
  names: readonly string[],
): Generator<Repair & { note: { kind: 'exchanged'; a: Expr; b: Expr } }> {
  for (const [i, name] of names.entries())
    for (const other of names.slice(i + 1)) {
      const [a, b] = [symbol(name), symbol(other)];
      yield { line, whole: substitute(line, { [name]: b, [other]: a }), note: { kind: 'exchanged', a, b } };
    }
  for (const name of names) {
    const a = symbol(name);
    if (occurrences(line, a) < 2) continue; // one alone is no exchange
    const b = slips.complement(a);
    yield { line, whole: exchanged(line, a, b), note: { kind: 'exchanged', a, b } };
  }
}

/** Both subexpressions replaced by one another, from the top down. */
const exchanged = (e: Expr, a: Expr, b: Expr): Expr =>
  rewritten(e, (part) => (equalExpr(part, a) ? b : equalExpr(part, b) ? a : undefined));

/** Roots forgotten or too much on two factors: who drops one drops all. */
function* rootPairs(line: Expr, places: readonly Place[]): Generator<Repair> {
  const factors = places.filter(
    ({ node, inProduct }) => inProduct && (node.kind === 'symbol' || node.kind === 'call'),
  );
  let tried = 0;
  for (const [i, a] of factors.entries())
    for (const b of factors.slice(i + 1)) {
      const [x, y] = [slips.roots(a.node)[0], slips.roots(b.node)[0]];
      const nested = b.path.length > a.path.length && a.path.every((step, k) => step === b.path[k]);
      if (!x || !y || nested || a.node.kind !== b.node.kind) continue;
      if (++tried > MAX_PAIRS) return;
      const whole = replaceAt(replaceAt(line, a.path, x), b.path, y);
      yield {
        line,
        whole,
        note: {
          kind: 'both',
          changes: [
            [a.node, x],
            [b.node, y],
          ],
        },
      };
    }
}

interface Place {
  node: Expr;
  /** Which child to take at each level from the whole down. */
  path: readonly number[];
  /** A factor, or a numerator or denominator. */
  inProduct: boolean;
}

/** Of a long line the first places only, and none that lie very deep. */
const MAX_PLACES = 1_000;
const MAX_DEPTH = 200;

function placesOf(line: Expr): Place[] {
  const places: Place[] = [];
  const open: Place[] = [{ node: line, path: [], inProduct: false }];
  for (let place; places.length < MAX_PLACES && (place = open.pop());) {
    const { node, path } = place;
    places.push(place);
    if (path.length === MAX_DEPTH) continue;
    const inProduct = node.kind === 'mul' || node.kind === 'div';
    const below = childrenOf(node).map((child, i) => ({ node: child, path: [...path, i], inProduct }));
    open.push(...below.reverse());
  }
  return places;
}

function replaceAt(e: Expr, path: readonly number[], part: Expr): Expr {
  if (path.length === 0) return part;
  const [first, ...rest] = path;
  const children = childrenOf(e).map((child, i) => (i === first ? replaceAt(child, rest, part) : child));
  return slips.withoutOnes(withChildren(e, children));
}

/** `x_t` and `x_{t-1}`; of names without TeX, `abar` and `abarPrev`. */
function differInIndex(a: string, b: string): boolean {
  const stem = (label: string): string => label.replace(/_(\{[^{}]*\}|.)$|Prev$/, '');
  return a !== b && stem(a) === stem(b);
}
