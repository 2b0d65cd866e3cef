/** The relations a derivation is given, and which of them a claim touches. */
import { isRational, nodesOf, number, substitute, symbol, symbolsOf, toText, type Expr } from './expr.ts';
import { checkTime } from './clock.ts';
import { parseDomain, within } from './domain.ts';
import { decideInequality, edgesOf } from './inequality.ts';
import { definedWhere, isInhabited } from './nonzero.ts';
import { parse } from './parse.ts';
import { StepError } from './step.ts';
import type { SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';
import type { Claim } from './verdict.ts';

export interface GivenRelation {
  readonly text: string;
  /** The symbol defined, for `name = expression`; none for an inequality. */
  readonly defines?: string;
  readonly left: Expr;
  readonly sign: '=' | '<' | '>';
  readonly right: Expr;
  readonly reads: readonly string[];
}

/** Reads `name = expression` and `a < b`. @throws when the text is neither, or a symbol is not declared. */
export function readRelation(text: string, symbols: SymbolTable): GivenRelation {
  const match = /^([^=<>]+)([=<>])([^=<>]+)$/.exec(text);
  if (match === null) throw new Error(`given "${text}": expected "name = expression" or "a < b"`);
  const [left, right] = [parse(match[1]), parse(match[3])];
  const sign = match[2] as '=' | '<' | '>';
  [left, right].flatMap(symbolsOf).forEach((name) => symbols.get(name));
  if (sign === '=' && left.kind !== 'symbol') {
    throw new Error(`given "${text}": expected one symbol left of =`);
  }
  return {
    text: text.trim(),
    ...(left.kind === 'symbol' && sign === '=' && { defines: left.name }),
    left,
    sign,
    right,
    reads: sign === '=' ? symbolsOf(right) : [...symbolsOf(left), ...symbolsOf(right)],
  };
}

/**
 * The relations that bear on the symbols of a claim: definitions of symbols it reads, inequalities among them, and
 * definitions by them that confine them (`y = x^2` where y is in [0,1], or is read by an inequality, or `y = log(x)`). What
 * a claim does not touch stays out of its points and its counterexamples.
 */
export function relevant(
  expressions: readonly Expr[],
  given: readonly GivenRelation[],
  symbols: SymbolTable,
): GivenRelation[] {
  return touching(expressions, given, confining(given, symbols));
}

/** Closed under: a definition of what is touched, an inequality among it, and a confining definition by it. */
function touching(
  expressions: readonly Expr[],
  given: readonly GivenRelation[],
  confines: ReadonlySet<GivenRelation>,
): GivenRelation[] {
  const names = new Set(expressions.flatMap(symbolsOf));
  const kept = new Set<GivenRelation>();
  for (let size = -1; size !== kept.size;) {
    size = kept.size;
    for (const relation of given) {
      const { defines, reads } = relation;
      const touches =
        (defines !== undefined && names.has(defines)) ||
        ((defines === undefined || confines.has(relation)) && reads.some((name) => names.has(name)));
      if (!touches) continue;
      kept.add(relation);
      if (defines !== undefined) names.add(defines);
      reads.forEach((name) => names.add(name));
    }
  }
  return given.filter((relation) => kept.has(relation));
}

const known = new WeakMap<readonly GivenRelation[], ReadonlySet<GivenRelation>>();

/** The definitions that confine what they read: by their domain, by where they are defined, or by what reads them. */
function confining(given: readonly GivenRelation[], symbols: SymbolTable): ReadonlySet<GivenRelation> {
  const before = known.get(given);
  if (before) return before;
  const found = new Set<GivenRelation>();
  for (const relation of given) {
    if (relation.defines === undefined || !holdsAnyway(relation, given, symbols)) found.add(relation);
  }
  for (let size = -1; size !== found.size;) {
    size = found.size;
    const read = new Set([...found].flatMap(({ reads }) => reads));
    for (const relation of given) if (relation.defines && read.has(relation.defines)) found.add(relation);
  }
  known.set(given, found);
  return found;
}

const SURE_MS = 200;

const held = new WeakMap<GivenRelation, Map<string, boolean>>();

/** Is a definition shown to be defined, and in its domain, for all that it reads? */
function holdsAnyway(
  relation: GivenRelation,
  given: readonly GivenRelation[],
  symbols: SymbolTable,
): boolean {
  const { defines, right } = relation;
  if (!isPartial(right) && edgesOf(parseDomain(symbols.get(defines!).domain)!).length === 0) return true;
  const others = touching([right], given, new Set()).filter((other) => other.defines !== defines);
  const asked = held.get(relation) ?? new Map<string, boolean>();
  held.set(relation, asked);
  const key = others.map(({ text }) => text).join('; ');
  const before = asked.get(key);
  if (before !== undefined) return before;
  const holds = holdsUnder(relation, others, symbols);
  checkTime(); // what came out for want of time is not remembered
  asked.set(key, holds);
  return holds;
}

function holdsUnder(
  { defines, right }: GivenRelation,
  others: readonly GivenRelation[],
  symbols: SymbolTable,
): boolean {
  const edges = edgesOf(parseDomain(symbols.get(defines!).domain)!);
  if (isPartial(right) && definedWhere(claimOver(right, number(0), symbols, others), SURE_MS)?.length !== 0)
    return false;
  return edges.every(([relation, bound]) => {
    const claim = { ...claimOver(right, bound, symbols, others), relation };
    const { verdict, conditions } = decideInequality(claim, { timeLimitMs: SURE_MS });
    return (verdict === 'proved' || verdict === 'vacuous') && conditions.length === 0;
  });
}

/** May it be undefined somewhere? */
const isPartial = (expr: Expr): boolean =>
  nodesOf(expr).some(
    (node) =>
      node.kind === 'div' ||
      (node.kind === 'call' && (node.fn === 'log' || node.fn === 'sqrt')) ||
      (node.kind === 'pow' && !(isRational(node.exponent) && node.exponent.d === 1n && node.exponent.n > 0n)),
  );

/** A claim over exactly the symbols it reaches. */
export const claimFor = (
  lhs: Expr,
  rhs: Expr,
  symbols: SymbolTable,
  given: readonly GivenRelation[],
): Claim => claimOver(lhs, rhs, symbols, relevant([lhs, rhs], given, symbols));

/** A claim over the symbols it reads and what defines them, with nothing that confines them but `given` inequalities. */
export const claimFrom = (
  lhs: Expr,
  rhs: Expr,
  symbols: SymbolTable,
  given: readonly GivenRelation[],
): Claim => claimOver(lhs, rhs, symbols, touching([lhs, rhs], given, new Set()));

const possible = new WeakMap<readonly GivenRelation[], boolean>();

/** Is there a point that meets all these relations? One that was found says so. */
export function areMet(given: readonly GivenRelation[], symbols: SymbolTable): boolean {
  if (confining(given, symbols).size === 0) return true;
  const known = possible.get(given);
  if (known !== undefined) return known;
  // Sines are not evaluated: what they define is left out, and free.
  const judged = given.filter(({ left, right }) => ![left, right].some(hasSine));
  const { symbols: domains, given: texts } = claimOver(number(0), number(0), symbols, judged);
  const met = isInhabited({ symbols: domains, given: texts }, MEETING_MS);
  if (!met) checkTime(); // what came out for want of time is not remembered
  possible.set(given, met);
  return met;
}

const MEETING_MS = 1000;

const hasSine = (expr: Expr): boolean =>
  nodesOf(expr).some((node) => node.kind === 'call' && (node.fn === 'sin' || node.fn === 'cos'));

function claimOver(lhs: Expr, rhs: Expr, symbols: SymbolTable, kept: readonly GivenRelation[]): Claim {
  const names = new Set([lhs, rhs].flatMap(symbolsOf));
  kept.forEach(({ defines, reads }) =>
    [...(defines ? [defines] : []), ...reads].forEach((name) => names.add(name)),
  );
  return { lhs, rhs, symbols: symbols.domains(names), given: kept.map(({ text }) => text) };
}

/** An expression with every definition unfolded that depends on `name`, so that `name` is seen wherever it acts. */
export function unfoldFor(
  name: string,
  expr: Expr,
  given: readonly GivenRelation[],
  symbols: SymbolTable,
): Expr {
  const defined = given.find(({ defines }) => defines === name);
  if (defined) throw new StepError(`${name} is defined by "${defined.text}": a step about it needs it free`);
  let unfolded = expr;
  for (let changed = true; changed;) {
    changed = false;
    for (const { defines, right } of given) {
      if (!defines || !symbolsOf(unfolded).includes(defines) || !reaches(name, defines, given)) continue;
      if (symbols.get(defines).domain !== '(-inf,inf)') {
        throw new StepError(
          `${defines} depends on ${name} and is confined to ${symbols.get(defines).domain}: write it out in this step`,
        );
      }
      unfolded = substitute(unfolded, { [defines]: right });
      changed = true;
    }
  }
  return unfolded;
}

/**
 * The inequalities that confine `name`, said of another value of it as well: both values of a step "free of x" must lie
 * in the set that the derivation is about.
 * @throws for a definition that confines it
 */
export function inequalitiesAt(
  name: string,
  other: string,
  given: readonly GivenRelation[],
  symbols: SymbolTable,
): GivenRelation[] {
  const confined = confiningDefinition(name, given, symbols);
  if (confined)
    throw new StepError(
      `"${confined.text}" confines ${name}: a step about ${name} needs that as an inequality, "a < b"`,
    );
  return given.flatMap((relation) => {
    if (relation.defines !== undefined) return [];
    const sides = [relation.left, relation.right].map((side) => unfoldFor(name, side, given, symbols));
    if (!sides.flatMap(symbolsOf).includes(name)) return [];
    const [left, right] = sides.map((side) => toText(substitute(side, { [name]: symbol(other) })));
    return [readRelation(`${left} ${relation.sign} ${right}`, symbols)];
  });
}

/** A definition that bears on a symbol and confines it. */
export const confiningDefinition = (
  name: string,
  given: readonly GivenRelation[],
  symbols: SymbolTable,
): GivenRelation | undefined => {
  const bears = given.filter(
    ({ defines, reads }) =>
      defines !== undefined && reads.some((read) => read === name || reaches(name, read, given)),
  );
  if (bears.length === 0) return undefined;
  const confines = confining(given, symbols);
  return bears.find((relation) => confines.has(relation));
};

/** Does what defines `from` read `name`, or what it reads, and so on? */
function reaches(name: string, from: string, given: readonly GivenRelation[]): boolean {
  const seen = new Set([from]);
  for (const at of seen)
    for (const read of given.find(({ defines }) => defines === at)?.reads ?? []) {
      if (read === name) return true;
      seen.add(read);
    }
  return false;
}

/**
 * A formula holds where its own relations do; a proof that ends in it must have them among its premises, in sight of the reader.
 * @throws when one is missing
 */
export function requireGiven(
  formula: { name: string; given: readonly string[] },
  premises: readonly string[],
  title: string,
): void {
  const known = premises.map(unspaced);
  const missing = formula.given.filter((relation) => !known.includes(unspaced(relation)));
  if (missing.length === 0) return;
  const wanted = missing.map((relation) => `'${relation}'`).join(', ');
  throw new Error(
    `${title}: the ${formula.name} holds given ${wanted}, which this derivation is not given; add given: [${wanted}]`,
  );
}

/**
 * A formula is concluded over the domains it is declared with; a derivation that ranges over less does not reach them.
 * @throws when a symbol of the formula, or of its relations, is confined more narrowly here than there
 */
export function requireDomains(
  formula: { name: string; expr: Expr; given: readonly string[]; symbols: SymbolTable },
  symbols: SymbolTable,
  title: string,
): void {
  const relations = formula.given.map((text) => readRelation(text, formula.symbols));
  const names = [formula.expr, ...relations.flatMap(({ left, right }) => [left, right])].flatMap(symbolsOf);
  for (const name of new Set(names)) {
    const [wanted, here] = [formula.symbols, symbols].map((table) => table.get(name).domain);
    if (within(parseDomain(wanted)!, parseDomain(here)!)) continue;
    throw new Error(
      `${title}: the ${formula.name} is declared for ${name} in ${wanted}, and this derivation ranges over ${here}; widen it here, or narrow it there`,
    );
  }
}

/**
 * An inequality confines what a proof speaks of, and so does a definition that leaves its domain; a formula that does not say so claims more.
 * @throws when one of them bears on the formula's symbols and is none of its own
 */
export function requireUnconfined(
  formula: { name: string; expr: Expr; given: readonly string[] },
  premises: readonly GivenRelation[],
  symbols: SymbolTable,
  title: string,
): void {
  const confines = confining(premises, symbols);
  const extra = relevant([formula.expr], premises, symbols).find(
    (relation) => confines.has(relation) && !formula.given.some((own) => sameText(own, relation.text)),
  );
  if (extra)
    throw new Error(
      `${title}: proved given '${extra.text}' only, and the ${formula.name} is declared without it; give it to the formula`,
    );
}

/** TeX of a relation. */
export const relationTex = ({ left, sign, right }: GivenRelation, symbols: SymbolTable): string =>
  `${typeset(left, symbols)} ${sign} ${typeset(right, symbols)}`;

/** A step's options with the relations under which the formulas in it hold. */
export function withGivens<S extends { given?: readonly string[] }>(step: S, ...lines: unknown[]): S {
  const given = lines.flatMap((line) =>
    typeof line === 'object' && line !== null && 'given' in line ? (line.given as readonly string[]) : [],
  );
  return given.length === 0 ? step : { ...step, given: [...(step.given ?? []), ...given] };
}

const unspaced = (text: string): string => text.replaceAll(/\s/g, '');

/** Do two relations read the same, spaces aside? */
export const sameText = (a: string, b: string): boolean => unspaced(a) === unspaced(b);
