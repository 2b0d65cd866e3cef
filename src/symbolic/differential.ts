/** Gradients, Laplacians, total derivatives and the two sides of a Fokker–Planck equation, as expressions to decide. */
import { derivative } from './calculus.ts';
import { call, number, pow, symbol, symbolsOf, type Expr } from './expr.ts';
import type { Gaussian } from './gaussian.ts';
import { parse } from './parse.ts';
import { suggestion } from './symbols.ts';
import { minus, negative, over, plus, times } from './tidy.ts';

type Text = string | Expr;
const read = (e: Text): Expr => (typeof e === 'string' ? parse(e) : e);

/** Partial derivatives in the named variables. */
export const gradient = (f: Text, names: readonly string[]): Expr[] =>
  names.map((name) => derivative(read(f), name));

/** Σ ∂²f/∂x² over the named variables. */
export const laplacian = (f: Text, names: readonly string[]): Expr =>
  plus(...names.map((name) => derivative(derivative(read(f), name), name)));

/** ∇·F of a vector field given by components, in the named variables. */
export function divergence(field: readonly Text[], names: readonly string[]): Expr {
  if (field.length !== names.length)
    throw new Error(`a field of ${field.length} components in ${names.length} variables: expected as many`);
  return plus(...names.map((name, i) => derivative(read(field[i]), name)));
}

/**
 * Laplacian in d dimensions of an isotropic function f(s), s = ‖x‖²: 4·s·f″ + 2·d·f′. `d` may be a symbol: the identity
 * Δf(‖x‖²) = Σ_i (4·x_i²·f″ + 2·f′) holds for every d.
 */
export function isotropicLaplacian(f: Text, s: string, d: Text = 'd'): Expr {
  const slope = derivative(read(f), s);
  const bend = derivative(slope, s);
  return plus(times(number(4), symbol(s), bend), times(number(2), read(d), slope));
}

/** The gradient of f(‖x‖²) is this times x. */
export const isotropicGradient = (f: Text, s: string): Expr => times(number(2), derivative(read(f), s));

/** Laplacian in d dimensions of a function of the radius r = ‖x‖ > 0: f″ + (d − 1)/r·f′. */
export function radialLaplacian(f: Text, r: string, d: Text = 'd'): Expr {
  const slope = derivative(read(f), r);
  return plus(derivative(slope, r), times(over(minus(read(d), number(1)), symbol(r)), slope));
}

/** ∇ log p of a density, in one variable: p′/p. */
export const scoreOf = (density: Text, x: string): Expr => over(derivative(read(density), x), read(density));

/** The density N(x; mean, variance) without the factor 1/√(2π). */
export function density(x: string, { mean, variance }: Gaussian): Expr {
  const exponent = negative(over(pow(minus(symbol(x), mean), number(2)), times(number(2), variance)));
  return over(call('exp', exponent), call('sqrt', variance));
}

/** A mixture of densities, weights as given. */
export const mixtureDensity = (x: string, parts: readonly [weight: Text, part: Gaussian][]): Expr =>
  plus(...parts.map(([weight, part]) => times(read(weight), density(x, part))));

/**
 * d/dt of an expression whose symbols move: Σ ∂f/∂y·(dy/dt), `t` itself at rate 1 when it is among them.
 * `{ abar: '-beta*abar' }` is the variance-preserving process with any schedule β(t).
 */
export function rate(f: Text, rates: Record<string, string>): Expr {
  const expr = read(f);
  const reads = symbolsOf(expr);
  const moving = Object.entries(rates).filter(([name]) => reads.includes(name));
  return plus(...moving.map(([name, speed]) => times(derivative(expr, name), parse(speed))));
}

export interface FokkerPlanck {
  /** A density in x, up to a constant factor. */
  density: Expr;
  x: string;
  /** dx = drift·dt + diffusion·dw. */
  drift: string;
  diffusion: string;
  /** How the other symbols move with time; `{ t: '1' }` for explicit time. */
  rates: Record<string, string>;
}

/**
 * ∂p/∂t and −∂(f·p)/∂x + ½·∂²(g²·p)/∂x²: the density follows the process where they are equal.
 * @throws when x has a rate, or a rate is given for what nothing here reads: misspelt, it would leave a symbol standing still.
 */
export function fokkerPlanck(spec: FokkerPlanck): { lhs: Expr; rhs: Expr } {
  const { density: p, x, drift, diffusion, rates } = spec;
  if (Object.hasOwn(rates, x)) throw new Error(`${x} is where the density is looked at: it has no rate`);
  const reads = [p, parse(drift), parse(diffusion), ...Object.values(rates).map(parse)].flatMap(symbolsOf);
  for (const name of Object.keys(rates)) {
    if (reads.includes(name)) continue;
    throw new Error(`rate of ${name}: nothing here reads it${suggestion(name, [...new Set(reads)])}`);
  }
  const flow = derivative(times(parse(drift), p), x);
  const spread = derivative(derivative(times(pow(parse(diffusion), number(2)), p), x), x);
  return { lhs: rate(p, rates), rhs: minus(over(spread, number(2)), flow) };
}
