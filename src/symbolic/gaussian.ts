/**
 * Linear-Gaussian calculus on expressions: joint models, marginals, conditionals, products. Variables are scalar, or one
 * coordinate of an isotropic vector. Results are expressions that the steps of a derivation can start from and check.
 */
import { requireArguments, text, textRecord, type KindsOf } from './arguments.ts';
import { isNegative } from './ball.ts';
import { evaluateBall } from './evaluate.ts';
import { PI, call, nodesOf, number, pow, symbol, symbolsOf, toText, type Expr } from './expr.ts';
import { typesetByName } from './by-name.ts';
import { decideInequality } from './inequality.ts';
import { wellFormed } from './well-formed.ts';
import { parse, requireSymbolName } from './parse.ts';
import { shownBy } from './shown.ts';
import { minus, negative, over, plus, times } from './tidy.ts';

export interface Gaussian {
  readonly mean: Expr;
  readonly variance: Expr;
}

export interface NodeSpec {
  /** Slope on earlier variables; none for a root. */
  of?: Record<string, string>;
  /** What is added to them: the mean of a root. Default 0. */
  mean?: string;
  /** Variance of the noise. */
  variance: string;
}

export interface GaussianModel {
  readonly names: readonly string[];
  mean(name: string): Expr;
  covariance(a: string, b: string): Expr;
  marginal(name: string): Gaussian;
  /** The variable given observed values of others, by Schur complement, one observation at a time. */
  conditional(name: string, observed: Record<string, string>): Gaussian;
}

const NODE: KindsOf<NodeSpec> = { of: textRecord, mean: text, variance: text };

/**
 * Declares a linear-Gaussian model, variables in causal order:
 * `gaussianModel({ xPrev: { mean: 'sqrt(abarPrev)*x0', variance: '1-abarPrev' }, xt: { of: { xPrev: 'sqrt(alpha)' }, variance: 'beta' } })`.
 * @throws when a variable depends on one that is not declared before it, when a mean, a variance or a slope reads a
 *   variable of the model, when a variance is always negative, or a name cannot be a symbol.
 */
export function gaussianModel(nodes: Record<string, NodeSpec>): GaussianModel {
  const means = new Map<string, Expr>();
  const covariances = new Map<string, Map<string, Expr>>();
  for (const [name, node] of Object.entries(nodes)) {
    requireSymbolName('a variable of the model', name);
    requireArguments(`variable ${name}`, node, NODE, { required: ['variance'] });
    const { of = {}, mean = '0', variance } = node;
    const parents = Object.entries(of).map(([parent, slope]) => ({ parent, slope: parse(slope) }));
    const undeclared = parents.find(({ parent }) => !means.has(parent));
    if (undeclared) {
      const before = [...means.keys()].join(', ') || 'none';
      throw new Error(
        `${name} depends on ${undeclared.parent}; expected a variable declared before it (${before})`,
      );
    }
    for (const [what, expr] of [
      ['mean', parse(mean)],
      ['variance', parse(variance)],
      ...parents.map(({ parent, slope }) => [`slope on ${parent}`, slope] as const),
    ] as const) {
      const read = symbolsOf(expr).find((symbol) => Object.hasOwn(nodes, symbol));
      if (read !== undefined)
        throw new Error(`the ${what} of ${name} reads ${read}: write dependence as of: { ${read}: 'slope' }`);
    }
    notNegative(parse(variance), `the variance of ${name}`);
    const row = new Map<string, Expr>();
    for (const other of means.keys()) {
      row.set(
        other,
        plus(...parents.map(({ parent, slope }) => times(slope, read(covariances, parent, other)))),
      );
    }
    const inherited = parents.map(({ parent, slope }) => times(slope, row.get(parent)!));
    row.set(name, plus(...inherited, parse(variance)));
    means.set(
      name,
      plus(...parents.map(({ parent, slope }) => times(slope, means.get(parent)!)), parse(mean)),
    );
    for (const [other, value] of row) if (other !== name) covariances.get(other)!.set(name, value);
    covariances.set(name, row);
  }
  return modelOf(means, covariances);
}

const NUMBER_BITS = 224;

const SIGN_LIMIT_MS = 500;

/** Is it proved for all real values of the symbols, as for a number that is only written with them: x − x − 1 < 0? */
export function holdsForAll(lhs: Expr, relation: '<' | '>', rhs: Expr): boolean {
  const symbols = Object.fromEntries([lhs, rhs].flatMap(symbolsOf).map((name) => [name, '(-inf,inf)']));
  const options = { timeLimitMs: SIGN_LIMIT_MS, diagnose: false };
  return decideInequality({ lhs, relation, rhs, symbols }, options).verdict === 'proved';
}

/**
 * @throws for a number that is negative or is none: −1, 3 − π, √(−2); and for what is negative whatever the values of its
 *   symbols are: x − x − 1
 */
export function notNegative(variance: Expr, what: string): void {
  if (symbolsOf(variance).length > 0) {
    if (holdsForAll(variance, '<', number(0)))
      throw new Error(`${what} is ${toText(variance)}, which is always negative: expected 0 or more`);
    return;
  }
  const value = evaluateBall(variance, new Map(), NUMBER_BITS);
  if (isNegative(value) || value.state === 'undefined')
    throw new Error(`${what} is ${toText(variance)}: expected 0 or more`);
}

/** @throws when one of these expressions reads x: then what is made of them is no density of x. */
export function requireFreeOf(x: string, parts: Record<string, Expr>): void {
  requireSymbolName('the variable of a density', x);
  for (const [what, expr] of Object.entries(parts))
    if (symbolsOf(expr).includes(x))
      throw new Error(`the ${what} reads ${x}: expected it free of ${x} in a density of ${x}`);
}

/** What an expression is a density of, and what must be free of it: a definition or a declaration may tell later. */
interface DensityParts {
  readonly x: string;
  readonly parts: Record<string, Expr>;
}

const densityParts = new WeakMap<Expr, DensityParts>();

/**
 * The expression itself, known from now on as made of a density of x with these parts.
 * @throws when one of them reads x
 */
export function asDensity(x: string, parts: Record<string, Expr>, expr: Expr): Expr {
  requireFreeOf(x, parts);
  const known = densityParts.get(expr);
  // Without x it may be a number that others share: nothing of it can be taken for a density of x.
  if (symbolsOf(expr).includes(x)) densityParts.set(expr, { x, parts: { ...known?.parts, ...parts } });
  return expr;
}

/** The densities that an expression is made of. */
export const densitiesIn = (expr: Expr): DensityParts[] =>
  nodesOf(expr).flatMap((node) => densityParts.get(node) ?? []);

type Covariances = ReadonlyMap<string, ReadonlyMap<string, Expr>>;

function read(covariances: Covariances, a: string, b: string): Expr {
  const value = covariances.get(a)?.get(b);
  if (value === undefined) {
    throw new Error(
      `no variable ${covariances.has(a) ? b : a} in the model; it has ${[...covariances.keys()].join(', ')}`,
    );
  }
  return value;
}

function modelOf(means: ReadonlyMap<string, Expr>, covariances: Covariances): GaussianModel {
  const covariance = (a: string, b: string): Expr => read(covariances, a, b);
  const mean = (name: string): Expr => (covariance(name, name), means.get(name)!);
  const marginal = (name: string): Gaussian => shown({ mean: mean(name), variance: covariance(name, name) });
  return {
    names: [...means.keys()],
    mean,
    covariance,
    marginal,
    conditional: (name, observed) => {
      const [first, ...others] = Object.entries(observed);
      if (first === undefined) return marginal(name);
      if (Object.hasOwn(observed, name))
        throw new Error(`${name} is observed: condition another variable on it`);
      return observe(means, covariances, first[0], parse(first[1])).conditional(
        name,
        Object.fromEntries(others),
      );
    },
  };
}

/** The model of the other variables once `seen` has the value `value`: C − c·cᵀ/v, m + c·(value − m_seen)/v. */
function observe(
  means: ReadonlyMap<string, Expr>,
  covariances: Covariances,
  seen: string,
  value: Expr,
): GaussianModel {
  const variance = read(covariances, seen, seen);
  const surprise = minus(value, means.get(seen)!);
  const rest = [...means.keys()].filter((name) => name !== seen);
  const gain = (name: string): Expr => over(read(covariances, name, seen), variance);
  return modelOf(
    new Map(rest.map((name) => [name, plus(means.get(name)!, times(gain(name), surprise))])),
    new Map(
      rest.map((a) => [
        a,
        new Map(
          rest.map((b) => [
            b,
            minus(
              read(covariances, a, b),
              over(times(read(covariances, a, seen), read(covariances, b, seen)), variance),
            ),
          ]),
        ),
      ]),
    ),
  );
}

/** The Gaussian proportional to the product of two: precisions add, means are weighted by them. */
export function product(a: Gaussian, b: Gaussian): Gaussian {
  const precision = plus(over(number(1), a.variance), over(number(1), b.variance));
  return shown({
    mean: over(plus(over(a.mean, a.variance), over(b.mean, b.variance)), precision),
    variance: over(number(1), precision),
  });
}

/** Typeset, with its symbols by their names: 𝒩(mean, variance). */
const shown = (normal: Gaussian): Gaussian =>
  shownBy(normal, () => ({
    'text/latex': `$$\\mathcal N\\!\\left(${typesetByName(normal.mean)},\\; ${typesetByName(normal.variance)}\\right)$$`,
    'text/plain': `N(${toText(normal.mean)}, ${toText(normal.variance)})`,
  }));

/** A Gaussian from texts, formulas or expressions: `gaussian(posteriorMean, posteriorVariance)`. @throws for a variance that is always negative */
export function gaussian(
  mean: string | Expr | { expr: Expr },
  variance: string | Expr | { expr: Expr },
): Gaussian {
  const expr = (given: string | Expr | { expr: Expr }): Expr =>
    typeof given === 'string'
      ? parse(given)
      : wellFormed('expr' in Object(given) ? (given as { expr: Expr }).expr : (given as Expr));
  const read = { mean: expr(mean), variance: expr(variance) };
  notNegative(read.variance, 'the variance');
  return shown(read);
}

/** log N(x; mean, variance). @throws when the mean or the variance reads x */
export function logDensity(x: string, normal: Gaussian): Expr {
  const constant = over(call('log', times(number(2), PI, normal.variance)), number(2));
  return asDensity(x, { mean: normal.mean, variance: normal.variance }, minus(exponent(x, normal), constant));
}

/** The exponent alone: the log density up to a term free of x. @throws when the mean or the variance reads x */
export function exponent(x: string, { mean, variance }: Gaussian): Expr {
  const squares = square(minus(symbol(x), mean));
  return asDensity(x, { mean, variance }, negative(over(squares, times(number(2), variance))));
}

/** KL(p ‖ q) of two scalar Gaussians. */
export function klDivergence(p: Gaussian, q: Gaussian): Expr {
  const ratio = over(p.variance, q.variance);
  const shift = over(square(minus(p.mean, q.mean)), q.variance);
  return over(plus(ratio, shift, number(-1), negative(call('log', ratio))), number(2));
}

const square = (a: Expr): Expr => pow(a, number(2));
