/**
 * Derivatives, gradients, Laplacians and the two sides of a Fokker–Planck equation, as expressions to decide. What a symbol
 * is to a variable is declared (`Dependence`): every function here throws on a symbol that is not.
 */
import { anything, requireArguments, text, textRecord, texts, type KindsOf } from './arguments.ts';
import { Calculus, type Dependence, type Text } from './dependence.ts';
import { call, number, pow, symbol, symbolsOf, toText, type Expr } from './expr.ts';
import { asDensity, exponent, holdsForAll, notNegative, type Gaussian } from './gaussian.ts';
import { parse } from './parse.ts';
import { suggestion } from './suggestion.ts';
import { minus, over, plus, times } from './tidy.ts';

const read = (e: Text): Expr => (typeof e === 'string' ? parse(e) : e);

/** ∂f/∂name. Not simplified beyond leaving out zeros: it is for the checker, and for reading after `decide`. */
export function derivative(f: Text, name: string, dependence?: Dependence): Expr {
  const calculus = new Calculus(`derivative in ${name}`, [name], dependence);
  return calculus.partial(calculus.read(f), name);
}

/** Partial derivatives in the named variables, each with the others held. */
export function gradient(f: Text, names: readonly string[], dependence?: Dependence): Expr[] {
  const calculus = new Calculus(`gradient in ${names.join(', ')}`, names, dependence);
  const expr = calculus.read(f);
  return names.map((name) => calculus.partial(expr, name));
}

/** Σ ∂²f/∂x² over the named variables. */
export function laplacian(f: Text, names: readonly string[], dependence?: Dependence): Expr {
  const calculus = new Calculus(`Laplacian in ${names.join(', ')}`, names, dependence);
  const expr = calculus.read(f);
  return plus(...names.map((name) => calculus.partial(calculus.partial(expr, name), name)));
}

/** ∇·F of a vector field given by components, in the named variables. */
export function divergence(field: readonly Text[], names: readonly string[], dependence?: Dependence): Expr {
  if (field.length !== names.length)
    throw new Error(`a field of ${field.length} components in ${names.length} variables: expected as many`);
  const calculus = new Calculus(`divergence in ${names.join(', ')}`, names, dependence);
  return plus(...names.map((name, i) => calculus.partial(calculus.read(field[i]), name)));
}

/**
 * Laplacian in d dimensions of an isotropic function f(s), s = ‖x‖²: 4·s·f″ + 2·d·f′. `d` may be a symbol: the identity
 * Δf(‖x‖²) = Σ_i (4·x_i²·f″ + 2·f′) holds for every d.
 */
export function isotropicLaplacian(f: Text, s: string, d: Text = 'd', dependence?: Dependence): Expr {
  const [slope, bend] = slopeAndBend(f, s, d, dependence);
  return plus(times(number(4), symbol(s), bend), times(number(2), read(d), slope));
}

/** The gradient of f(‖x‖²) is this times x. */
export const isotropicGradient = (f: Text, s: string, dependence?: Dependence): Expr =>
  times(number(2), derivative(f, s, dependence));

/** Laplacian in d dimensions of a function of the radius r = ‖x‖ > 0: f″ + (d − 1)/r·f′. */
export function radialLaplacian(f: Text, r: string, d: Text = 'd', dependence?: Dependence): Expr {
  const [slope, bend] = slopeAndBend(f, r, d, dependence);
  return plus(bend, times(over(minus(read(d), number(1)), symbol(r)), slope));
}

/** f′ and f″; the dimension d is held. @throws when d depends on the variable. */
function slopeAndBend(f: Text, name: string, d: Text, dependence: Dependence = {}): [Expr, Expr] {
  const { constants = [] } = dependence;
  const held = symbolsOf(read(d)).filter((symbol) => !constants.includes(symbol));
  const all = { ...dependence, constants: [...constants, ...held] };
  const slope = derivative(f, name, all);
  return [slope, derivative(slope, name, all)];
}

/** ∇ log p of a density, in one variable: p′/p. A density that is a symbol is declared in `functions`, with its derivative. */
export function scoreOf(density: Text, x: string, dependence?: Dependence): Expr {
  const calculus = new Calculus(`score in ${x}`, [x], dependence);
  const p = calculus.read(density);
  return over(calculus.partial(p, x), p);
}

/** The density N(x; mean, variance) without the factor 1/√(2π). @throws when the mean or the variance reads x */
export const density = (x: string, normal: Gaussian): Expr =>
  asDensity(
    x,
    { mean: normal.mean, variance: normal.variance },
    over(call('exp', exponent(x, normal)), call('sqrt', normal.variance)),
  );

/**
 * A mixture of densities, with weights of sum 1; of weights that read symbols, what the symbols allow is taken on trust.
 * @throws when a weight, a mean or a variance reads x, a weight is always negative, or the weights never sum to 1
 */
export function mixtureDensity(x: string, parts: readonly [weight: Text, part: Gaussian][]): Expr {
  const weighted = parts.map(([weight, part]) => ({ weight: read(weight), part }));
  weighted.forEach(({ weight }, i) => notNegative(weight, `weight ${i + 1}`));
  const whole = plus(...weighted.map(({ weight }) => weight));
  if (neverOne(whole))
    throw new Error(
      `the weights of a mixture sum to ${toText(whole)}, which is never 1: expected a sum of 1`,
    );
  return plus(
    ...weighted.map(({ weight, part }) => asDensity(x, { weight }, times(weight, density(x, part)))),
  );
}

const neverOne = (sum: Expr): boolean => holdsForAll(sum, '<', number(1)) || holdsForAll(sum, '>', number(1));

/**
 * d/dt of an expression whose symbols move: Σ ∂f/∂y·(dy/dt); `{ t: '1' }` for explicit time. Every symbol of f has a rate,
 * or is held: a constant. `{ abar: '-beta*abar' }` is the variance-preserving process with any schedule β(t).
 * @throws when a symbol of f has neither, or a rate is given for what nothing here reads: misspelt, it would leave a symbol
 *   standing still.
 */
export function rate(f: Text, rates: Record<string, string>, dependence?: Dependence): Expr {
  const calculus = new Calculus('rate', Object.keys(rates), dependence, 'its rate in rates');
  const motion = new Map(Object.entries(rates).map(([name, speed]) => [name, calculus.read(speed)]));
  const expr = calculus.read(f);
  requireRead(rates, [expr, ...motion.values()]);
  return calculus.along(expr, motion);
}

/** @throws for a rate of what none of these expressions reads. */
function requireRead(rates: Record<string, string>, expressions: readonly Expr[]): void {
  const reads = new Set(expressions.flatMap(symbolsOf));
  for (const name of Object.keys(rates))
    if (!reads.has(name))
      throw new Error(`rate of ${name}: nothing here reads it${suggestion(name, [...reads])}`);
}

export interface FokkerPlanck extends Dependence {
  /** A density in x, up to a constant factor. */
  density: Text;
  x: string;
  /** dx = drift·dt + diffusion·dw. */
  drift: string;
  diffusion: string;
  /** How the other symbols move with time; `{ t: '1' }` for explicit time. What a rate reads does not depend on x. */
  rates: Record<string, string>;
}

const FOKKER_PLANCK: KindsOf<FokkerPlanck> = {
  density: anything,
  x: text,
  drift: text,
  diffusion: text,
  rates: textRecord,
  constants: texts,
  functions: anything,
  given: texts,
};
const REQUIRED = ['density', 'x', 'drift', 'diffusion', 'rates'];

/**
 * ∂p/∂t and −∂(f·p)/∂x + ½·∂²(g²·p)/∂x²: the density follows the process where they are equal. Every symbol of the density
 * has a rate or is a constant; `functions` are those of x, with their derivatives in x (one that has a rate as well depends
 * on both); `given` defines.
 * @throws when a symbol is neither, x has a rate, a rate reads x, what moves by a function of x is none itself, or a rate is
 *   given for what nothing here reads: misspelt, it would leave a symbol standing still.
 */
export function fokkerPlanck(spec: FokkerPlanck): { lhs: Expr; rhs: Expr } {
  requireArguments('Fokker–Planck', spec, FOKKER_PLANCK, { required: REQUIRED });
  const { x, rates, constants = [], functions = {}, given } = spec;
  if (Object.hasOwn(rates, x)) throw new Error(`${x} is where the density is looked at: it has no rate`);
  const names = Object.keys(rates);
  const time = new Calculus(
    'Fokker–Planck, in time',
    [x, ...names],
    { constants, given },
    'its rate in rates',
  );
  const [p, drift, diffusion] = [spec.density, spec.drift, spec.diffusion].map((text) => time.read(text));
  const speeds = names.map((name) => time.read(rates[name]));
  requireRead(rates, [p, drift, diffusion, ...speeds]);
  const moving = new Map<string, Expr | null>([
    [x, null],
    ...names.map((name, i) => [name, speeds[i]] as const),
  ]);
  const lhs = time.along(p, moving);

  const ofTime = new Set([...names, ...speeds.flatMap(symbolsOf)]);
  const reading = names.find((_, i) => symbolsOf(speeds[i]).includes(x));
  if (reading !== undefined)
    throw new Error(`the rate of ${reading} reads ${x}: what moves with time alone has a rate free of ${x}`);
  const free = [...ofTime].filter((name) => !Object.hasOwn(functions, name));
  const varies = (name: string): boolean =>
    Object.hasOwn(functions, name) && functions[name][x]?.trim() !== '0';
  for (const [i, name] of names.entries()) {
    const read = symbolsOf(speeds[i]).find(varies);
    if (read !== undefined && !varies(name))
      throw new Error(
        `the rate of ${name} reads ${read}, a function of ${x}: then ${name} is one too, and its derivative in ${x} belongs in functions`,
      );
  }
  const space = new Calculus(`Fokker–Planck, in ${x}`, [x], {
    constants: [...new Set([...constants, ...free])],
    functions,
    given,
  });
  space.read(spec.density);
  const flow = space.partial(times(drift, p), x);
  const spread = space.partial(space.partial(times(pow(diffusion, number(2)), p), x), x);
  return { lhs, rhs: minus(over(spread, number(2)), flow) };
}
