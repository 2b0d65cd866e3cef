import { anything, relationAmong, requireArguments, text, textOrAmount, type KindsOf } from './arguments.ts';
import { folder, neg, number, sub, substitution, symbolsOf, type Algebra, type Expr } from './expr.ts';
import { checkTime } from './clock.ts';
import { compareQ, type Rational } from './rational.ts';
import { isEmpty, parseDomain, type Domain } from './domain.ts';
import { exprFault } from './well-formed.ts';
import { ParseError, constantHint, parse, symbolNameFault } from './parse.ts';
import type { Claim } from './verdict.ts';

/** A malformed claim: names the claim and the place in it. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
}

/** `expr > 0`, or `expr >= 0` when weak; in free symbols only. */
export type Constraint = { readonly expr: Expr; readonly weak: boolean; readonly text: string };

/** A claim made ready: definitions unfolded, domains as intervals, what confines the points as constraints. */
export type Prepared = {
  readonly lhs: Expr;
  readonly rhs: Expr;
  readonly free: ReadonlyMap<string, Domain>;
  /** Symbols whose domain is one point. */
  readonly fixed: ReadonlyMap<string, Rational>;
  /** Defined symbols: unfolded value and declared domain. */
  readonly defined: ReadonlyMap<string, { value: Expr; domain: Domain }>;
  readonly constraints: readonly Constraint[];
  /** The symbols that the claim is about: those of its sides, and what definitions and inequalities tie to them. */
  readonly reads: () => ReadonlySet<string>;
  readonly vacuous: string | null;
  readonly empty: string | null;
};

/** A failure that names the claim and the place in it. */
const failing =
  ({ id }: { id?: unknown }): Fail =>
  (place, message) => {
    throw new ClaimError(`claim ${id === undefined ? '' : `"${String(id)}" `}${place}: ${message}`);
  };

/** What an author may note beside a claim in code: why it holds, or does not. */
export const NOTES = { why: text };

const CLAIM: KindsOf<Claim> = {
  id: textOrAmount,
  lhs: anything,
  rhs: anything,
  symbols: anything,
  given: anything,
};

/**
 * A claim as it comes in, with one of these relations. A note of the author may stand in it as `why`.
 * @throws ClaimError when a key is unknown, or its relation is none of these
 */
export function requireClaim<R extends string>(claim: unknown, relations: readonly R[]): R {
  const what = 'claim';
  const fail = (message: string): never => {
    throw new ClaimError(message);
  };
  requireArguments(what, claim, { ...CLAIM, ...NOTES, relation: anything }, { fail });
  const equation = relations.find((relation) => relation === '=');
  const { id, relation = equation } = claim as { id?: unknown; relation?: unknown };
  return relationAmong(id === undefined ? what : `claim "${String(id)}"`, relation, relations, (message) =>
    fail(equation === undefined ? message : `${message}; decideInequality decides inequalities`),
  );
}

/** Parses, validates and unfolds. Throws ClaimError. */
export function prepare(claim: Claim): Prepared {
  const fail = failing(claim);
  const domains = readDomains(claim, fail);
  const read = (text: string | Expr, place: string): Expr => {
    let expr: Expr;
    const malformed = typeof text === 'string' ? undefined : exprFault(text);
    if (malformed !== undefined) return fail(place, malformed);
    try {
      expr = typeof text === 'string' ? parse(text) : text;
    } catch (error) {
      if (error instanceof ParseError) return fail(place, error.message);
      throw error;
    }
    for (const name of symbolsOf(expr)) if (!domains.has(name)) fail(place, unknown(name, text));
    return expr;
  };
  const definitions = new Map<string, Expr>();
  const inequalities: { left: Expr; right: Expr; text: string }[] = [];
  for (const [i, text] of givenOf(claim, fail).entries()) {
    const place = `given[${i}]`;
    const match = /^([^=<>]*)([=<>])([^=<>]*)$/.exec(text);
    if (!match) fail(place, `expected "name = expression" or "a < b", got "${text}"`);
    const [, left, relation, right] = match as unknown as [string, string, string, string];
    if (relation !== '=') {
      const [small, large] = relation === '<' ? [left, right] : [right, left];
      inequalities.push({ left: read(small, place), right: read(large, place), text: text.trim() });
      continue;
    }
    const name = left.trim();
    const fault = symbolNameFault(name);
    if (fault !== undefined) fail(place, `expected a symbol left of "=": ${fault}`);
    if (!domains.has(name)) fail(place, unknown(name, text));
    if (definitions.has(name)) fail(place, `"${name}" is defined twice`);
    definitions.set(name, read(right, place));
  }
  const [values, unfolded] = unfold(definitions, fail);
  const sides = [read(claim.lhs, 'lhs'), read(claim.rhs, 'rhs')];
  const [lhs, rhs] = sides.map(unfolded);
  const free = new Map([...domains].filter(([name]) => !values.has(name)));
  const fixed = new Map<string, Rational>();
  for (const [name, { lo, hi }] of free) if (lo && hi && compareQ(lo, hi) === 0) fixed.set(name, lo);
  const constants = new Map([...fixed].map(([name, { n, d }]) => [name, number(n, d)]));
  const close = constants.size === 0 ? (e: Expr): Expr => e : substitution(constants);
  const defined = new Map(
    [...values].map(([name, value]) => [name, { value: close(value), domain: domains.get(name)! }]),
  );
  const constraints = [
    ...inequalities.map(({ left, right, text }) => {
      const expr = sub(unfolded(right), unfolded(left));
      return { expr: close(expr), weak: false, text };
    }),
    ...[...defined].flatMap(([name, { value, domain }]) => domainConstraints(name, value, domain)),
  ];
  const emptyName = [...domains].find(([, domain]) => isEmpty(domain))?.[0];
  return {
    lhs: close(lhs),
    rhs: close(rhs),
    free: new Map([...free].filter(([name]) => !fixed.has(name))),
    fixed,
    defined,
    constraints,
    reads: () => reached(sides, definitions, inequalities, domains),
    vacuous: sameAfterSorting(lhs, rhs) ? 'both sides are the same after unfolding the definitions' : null,
    empty: emptyName === undefined ? null : `the domain of "${emptyName}" is empty`,
  };
}

/**
 * Closed under: the definition of what is read, an inequality that reads it, and a definition by it that confines it, by its
 * domain or by what reads it in turn.
 */
function reached(
  sides: readonly Expr[],
  definitions: ReadonlyMap<string, Expr>,
  inequalities: readonly { left: Expr; right: Expr }[],
  domains: ReadonlyMap<string, Domain>,
): ReadonlySet<string> {
  const defined = [...definitions].map(([name, value]) => ({ name, reads: symbolsOf(value) }));
  const compared = inequalities.map(({ left, right }) => [...symbolsOf(left), ...symbolsOf(right)]);
  const bounded = [...domains].flatMap(([name, { lo, hi }]) => (lo !== null || hi !== null ? [name] : []));
  const downward = defined.map(({ name, reads }) => ({ from: [name], to: reads }));
  const confining = closure([...compared.flat(), ...bounded], downward);
  const confined = defined
    .filter(({ name }) => confining.has(name))
    .map(({ name, reads }) => [name, ...reads]);
  const bothWays = [...compared, ...confined].map((tied) => ({ from: tied, to: tied }));
  return closure(sides.flatMap(symbolsOf), [...downward, ...bothWays]);
}

/** The seeds, and what links lead to: any name that a link is from brings all that it is to. @throws TimeUp */
function closure(
  seeds: readonly string[],
  links: readonly { from: readonly string[]; to: readonly string[] }[],
): ReadonlySet<string> {
  const leaving = new Map<string, (typeof links)[number][]>();
  for (const link of links)
    for (const name of link.from) {
      const known = leaving.get(name);
      if (known) known.push(link);
      else leaving.set(name, [link]);
    }
  const names = new Set(seeds);
  const followed = new Set<(typeof links)[number]>();
  // A set that grows is walked to its end: it is its own work list.
  for (const name of names) {
    checkTime();
    for (const link of leaving.get(name) ?? []) {
      if (followed.has(link)) continue;
      followed.add(link);
      link.to.forEach((other) => names.add(other));
    }
  }
  return names;
}

type Fail = (place: string, message: string) => never;

const unknown = (name: string, text: string | Expr): string =>
  `unknown symbol "${name}"${typeof text === 'string' ? ` in "${text}"` : ''}: declare it in symbols${constantHint(name)}`;

function readDomains(claim: Claim, fail: Fail): Map<string, Domain> {
  if (claim.symbols === null || typeof claim.symbols !== 'object' || Array.isArray(claim.symbols))
    fail('symbols', 'expected an object of names and intervals');
  const domains = new Map<string, Domain>();
  for (const [name, text] of Object.entries(claim.symbols)) {
    const fault = symbolNameFault(name);
    if (fault !== undefined) fail('symbols', fault);
    const domain = typeof text === 'string' ? parseDomain(text) : null;
    if (!domain)
      return fail(
        `symbols.${name}`,
        `expected an interval such as "(0,1)" or "[0,inf)", got ${JSON.stringify(text)}`,
      );
    domains.set(name, domain);
  }
  return domains;
}

function givenOf(claim: Claim, fail: Fail): readonly string[] {
  const { given = [] } = claim;
  if (!Array.isArray(given)) return fail('given', 'expected a list of texts');
  given.forEach(
    (text, i) =>
      typeof text === 'string' || fail(`given[${i}]`, `expected text, got ${JSON.stringify(text)}`),
  );
  return given as readonly string[];
}

/** Every definition in terms of undefined symbols only. Fails on a cycle. */
export const unfoldDefinitions = (
  definitions: ReadonlyMap<string, Expr>,
  fail: Fail,
): ReadonlyMap<string, Expr> => unfold(definitions, fail)[0];

/** The same, and how to write other expressions in these symbols; what they share stays shared. */
function unfold(
  definitions: ReadonlyMap<string, Expr>,
  fail: Fail,
): [ReadonlyMap<string, Expr>, (e: Expr) => Expr] {
  const values = new Map<string, Expr>();
  const unfolded = substitution(values);
  const reads = new Map([...definitions].map(([name, value]) => [name, symbolsOf(value)]));
  for (const first of definitions.keys()) {
    const path = values.has(first) ? [] : [first]; // each is read by the one before it
    const onPath = new Set(path);
    while (path.length > 0) {
      const name = path.at(-1)!;
      const open = reads.get(name)!.find((used) => definitions.has(used) && !values.has(used));
      if (open === undefined) {
        values.set(name, unfolded(definitions.get(name)!));
        onPath.delete(path.pop()!);
        continue;
      }
      if (onPath.has(open))
        fail('given', `the definition of "${open}" is cyclic (${[...path, open].join(' → ')})`);
      path.push(open);
      onPath.add(open);
    }
  }
  return [values, unfolded];
}

export function domainConstraints(name: string, value: Expr, domain: Domain): Constraint[] {
  const out: Constraint[] = [];
  const { lo, hi, loClosed, hiClosed } = domain;
  if (lo) {
    const expr = lo.n === 0n ? value : sub(value, number(lo.n, lo.d));
    out.push({ expr, weak: loClosed, text: `${name} in its domain` });
  }
  if (hi) {
    const expr = hi.n === 0n ? neg(value) : sub(number(hi.n, hi.d), value);
    out.push({ expr, weak: hiClosed, text: `${name} in its domain` });
  }
  return out;
}

/** The test for vacuous claims: equal texts mean equal up to the order and grouping of sums and products. */
function sameAfterSorting(a: Expr, b: Expr): boolean {
  type Key = { kind: 'add' | 'mul' | 'other'; parts: string[]; text: string };
  const names = new Map<string, string>(); // long keys get short names, so that shared definitions stay small
  const named = (kind: Key['kind'], parts: string[]): Key => {
    const long = `${kind}(${parts.join(',')})`;
    if (!names.has(long)) names.set(long, `#${names.size}`);
    return { kind, parts, text: names.get(long)! };
  };
  const join = (kind: 'add' | 'mul', keys: Key[]): Key =>
    named(
      kind,
      keys.flatMap((key) => (key.kind === kind && key.parts.length < 1000 ? key.parts : [key.text])).sort(),
    );
  const algebra: Algebra<Key> = {
    number: (n, d) => named('other', [`${n}/${d}`]),
    pi: () => named('other', ['pi', '']),
    symbol: (name) => named('other', [name]),
    add: (xs) => join('add', xs),
    mul: (xs) => join('mul', xs),
    div: (x, y) => named('other', ['div', x.text, y.text]),
    neg: (x) => named('other', ['neg', x.text]),
    pow: (x, e) => named('other', ['pow', x.text, 'text' in e ? e.text : `${e.n}/${e.d}`]),
    call: (name, x) => named('other', [name, x.text]),
  };
  const keyOf = folder(algebra);
  return keyOf(a).text === keyOf(b).text;
}
