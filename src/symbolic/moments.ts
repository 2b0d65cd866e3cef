/** Expectations, entropies and divergences of linear-Gaussian models, as expressions that steps can use and check. */
import { Calculus, type Dependence, type Text } from './dependence.ts';
import { PI, call, foldExpr, number, pow, rebuild, shownText, symbol, symbolsOf, type Expr } from './expr.ts';
import { logDensity, type Gaussian, type GaussianModel } from './gaussian.ts';
import { minus, negative, over, plus, times } from './tidy.ts';

/** Powers of the model's variables, in its order, and what multiplies them. */
type Polynomial = Map<string, { powers: readonly number[]; coefficient: Expr }>;
const MAX_DEGREE = 16;

/** What is not random: symbols beside those of the model, and definitions, written out before the mean is taken. */
export type Certain = Pick<Dependence, 'constants' | 'given'>;

/**
 * E of a polynomial in the model's variables. The symbols that the model reads are constants; others are declared.
 * @throws when a symbol is not declared, or the expression is not a polynomial in the variables.
 */
export function expectation(model: GaussianModel, of: Text, certain: Certain = {}): Expr {
  return mean(model, polynomialIn(model, of, certain));
}

/** The expression with definitions written out. @throws when it reads what may be random for all that is declared. */
function polynomialIn(model: GaussianModel, of: Text, { constants = [], given }: Certain): Expr {
  const { names } = model;
  const parameters = names.flatMap((a) => [model.mean(a), ...names.map((b) => model.covariance(a, b))]);
  const read = parameters.flatMap(symbolsOf).filter((name) => !names.includes(name));
  const all = { constants: [...new Set([...read, ...constants])], given };
  const calculus = new Calculus('expectation', names, all, 'it as a variable of the model');
  const expr = calculus.read(of);
  calculus.requireDeclared(expr);
  return expr;
}

/** By Isserlis: E[x·g] = E[x]·E[g] + Σ_y Cov(x, y)·E[∂g/∂y]. Symbols that are no variables of the model are constants. */
function mean(model: GaussianModel, of: Expr): Expr {
  const { names } = model;
  const moments = new Map<string, Expr>();
  const moment = (powers: readonly number[]): Expr => {
    const key = powers.join(',');
    const known = moments.get(key);
    if (known) return known;
    const first = powers.findIndex((n) => n > 0);
    if (first < 0) return number(1);
    const without = (i: number, of: readonly number[]): number[] => of.map((n, k) => (k === i ? n - 1 : n));
    const rest = without(first, powers);
    const x = names[first];
    const paired = names.flatMap((y, i) =>
      rest[i] > 0 ? [times(number(rest[i]), model.covariance(x, y), moment(without(i, rest)))] : [],
    );
    const value = plus(times(model.mean(x), moment(rest)), ...paired);
    moments.set(key, value);
    return value;
  };
  const terms = [...polynomial(of, names).values()];
  return plus(...terms.map(({ powers, coefficient }) => times(coefficient, moment(powers))));
}

/** Covariance of two polynomials in the model's variables. @throws as `expectation` does. */
export function covariance(model: GaussianModel, a: Text, b: Text, certain: Certain = {}): Expr {
  const [p, q] = [a, b].map((of) => polynomialIn(model, of, certain));
  return minus(mean(model, times(p, q)), times(mean(model, p), mean(model, q)));
}

function polynomial(expr: Expr, names: readonly string[]): Polynomial {
  const zero = names.map(() => 0);
  const single = (powers: readonly number[], coefficient: Expr): Polynomial =>
    new Map([[powers.join(','), { powers, coefficient }]]);
  const refuse = (what: string): never => {
    throw new Error(`${shownText(expr)}: expected a polynomial in ${names.join(', ')}, got ${what}`);
  };
  const scalar = (p: Polynomial, what: string): Expr => {
    const terms = [...p.values()];
    if (terms.length === 0) return number(0);
    if (terms.length > 1 || terms[0].powers.some((n) => n > 0)) return refuse(what);
    return terms[0].coefficient;
  };
  const sum = (ps: Polynomial[]): Polynomial => {
    const total: Polynomial = new Map();
    for (const p of ps)
      for (const [key, { powers, coefficient }] of p) {
        const known = total.get(key);
        total.set(key, { powers, coefficient: known ? plus(known.coefficient, coefficient) : coefficient });
      }
    return total;
  };
  const product = (p: Polynomial, q: Polynomial): Polynomial =>
    sum(
      [...p.values()].flatMap((a) =>
        [...q.values()].map((b) => {
          const powers = a.powers.map((n, i) => n + b.powers[i]);
          if (powers.reduce((x, y) => x + y, 0) > MAX_DEGREE) return refuse(`a degree above ${MAX_DEGREE}`);
          return single(powers, times(a.coefficient, b.coefficient));
        }),
      ),
    );
  const mapped = (p: Polynomial, by: (c: Expr) => Expr): Polynomial =>
    new Map([...p].map(([key, { powers, coefficient }]) => [key, { powers, coefficient: by(coefficient) }]));
  return foldExpr<Polynomial>(expr, {
    number: (n, d) => single(zero, number(n, d)),
    pi: () => single(zero, PI),
    symbol: (name) =>
      names.includes(name)
        ? single(
            names.map((other) => (other === name ? 1 : 0)),
            number(1),
          )
        : single(zero, symbol(name)),
    add: sum,
    mul: (factors) => factors.reduce(product),
    neg: (p) => mapped(p, negative),
    div: (p, q) => mapped(p, (c) => over(c, scalar(q, 'a variable below a fraction'))),
    pow: (base, exponent) => {
      if (!('n' in exponent)) {
        const e = scalar(exponent, 'a variable in an exponent');
        return single(zero, pow(scalar(base, 'a power that is not a number'), e));
      }
      const { n, d } = exponent;
      if (base.size === 1 && base.has(zero.join(','))) return mapped(base, (c) => pow(c, exponent));
      if (d !== 1n || n < 0n || n > BigInt(MAX_DEGREE)) return refuse(`the power ${n}/${d}`);
      return Array.from({ length: Number(n) }, () => base).reduce(product, single(zero, number(1)));
    },
    call: (fn, p) => single(zero, rebuild.call(fn, scalar(p, `a variable inside ${fn}`))),
  });
}

const half = (e: Expr): Expr => over(e, number(2));
const logTwoPi = (variance: Expr): Expr => call('log', times(number(2), PI, variance));

/** Differential entropy in nats: ½·log 2πe·v. */
export const entropy = ({ variance }: Gaussian): Expr => half(plus(number(1), logTwoPi(variance)));

/** −E_p[log q], in nats. */
export function crossEntropy(p: Gaussian, q: Gaussian): Expr {
  const spread = plus(p.variance, pow(minus(p.mean, q.mean), number(2)));
  return half(plus(logTwoPi(q.variance), over(spread, q.variance)));
}

/** Each variable given those before it: the factors of the joint density. */
function factors(model: GaussianModel): Gaussian[] {
  return model.names.map((name, i) =>
    model.conditional(name, Object.fromEntries(model.names.slice(0, i).map((other) => [other, other]))),
  );
}

/** Entropy of the joint distribution: the chain rule. */
export const jointEntropy = (model: GaussianModel): Expr => plus(...factors(model).map(entropy));

/** The joint log density in symbols named as the variables. */
export const jointLogDensity = (model: GaussianModel): Expr =>
  plus(...factors(model).map((factor, i) => logDensity(model.names[i], factor)));

/**
 * KL between two models of the same variables, by its chain rule: E_p of the divergence of every conditional.
 * @throws when the models have other variables.
 */
export function jointKl(p: GaussianModel, q: GaussianModel): Expr {
  const [mine, theirs] = [p.names.join(', '), q.names.join(', ')];
  if (mine !== theirs)
    throw new Error(`models of ${mine} and of ${theirs}: expected the same variables in the same order`);
  const [ps, qs] = [factors(p), factors(q)];
  return plus(
    ...ps.map((a, i) => {
      const b = qs[i];
      const ratio = over(a.variance, b.variance);
      const shift = mean(p, pow(minus(a.mean, b.mean), number(2)));
      return half(plus(ratio, over(shift, b.variance), number(-1), negative(call('log', ratio))));
    }),
  );
}
