/**
 * Squared norms and inner products of vectors in d dimensions, as Gram symbols: `norm2(xt - sqrt(abar)*x0)` is a polynomial
 * in ‖x_0‖², ⟨x_0, ε⟩ … of the vectors that nothing defines.
 */
import { requireArguments, textRecord, type KindsOf } from './arguments.ts';
import {
  PI,
  add,
  constant,
  foldExpr,
  mul,
  number,
  pow,
  substitute,
  symbol,
  toText,
  type Expr,
} from './expr.ts';
import { ClaimError } from './claim.ts';
import { checkTime } from './clock.ts';
import { parse, symbolNameFault } from './parse.ts';
import type { SymbolEntry } from './symbols.ts';
import { negative, over, plus, times } from './tidy.ts';

/** Σ coefficient·vector over free vectors. */
type Form = ReadonlyMap<string, Expr>;
type Value = { scalar: Expr } | { form: Form };

export interface VectorSpec {
  /** Free vectors with their TeX: `{ x0: 'x_0', eps: '\\epsilon' }`. */
  vectors: Record<string, string>;
  /** Vectors made of them: `{ xt: 'sqrt(abar)*x0 + sqrt(1 - abar)*eps' }`. */
  defined?: Record<string, string>;
}

export interface VectorSpace {
  /** Gram symbols, typeset as norms and inner products, and the components that make them realizable. */
  readonly symbols: Record<string, SymbolEntry>;
  /**
   * Gram symbols by components, triangular: vector i in the span of the first i axes. Every Gram matrix of n vectors, in
   * any dimension, is one of these, and each of these is one in n dimensions or more: claims range over exactly the realizable ones.
   */
  readonly given: readonly string[];
  /** Text with norm2(u) and dot(u, v) to an expression in Gram symbols. @throws when a vector stands where a scalar must. */
  read(text: string): Expr;
  /** The components that stand for a free vector. */
  components(vector: string): readonly string[];
}

const SPEC: KindsOf<VectorSpec> = { vectors: textRecord, defined: textRecord };

export function vectorSpace({ vectors, defined = {}, ...rest }: VectorSpec): VectorSpace {
  requireArguments('vector space', { vectors, defined, ...rest }, SPEC, { required: ['vectors'] });
  const names = Object.keys(vectors);
  const reader = new Reader(names, defined);
  const component = (vector: string, axis: number): string => `${vector}__${axis + 1}`;
  const axes = (vector: string): number[] => Array.from({ length: names.indexOf(vector) + 1 }, (_, i) => i);
  const pairs = names.flatMap((a, i) => names.slice(i).map((b) => [a, b] as const));
  const entry = (tex: string, domain: string, meaning: string): SymbolEntry => ({ tex, domain, meaning });
  const grams = pairs.map(([a, b]): [string, SymbolEntry] =>
    a === b
      ? [gramName(a, b), entry(`\\lVert ${vectors[a]} \\rVert^2`, '[0,inf)', `squared norm of ${a}`)]
      : [
          gramName(a, b),
          entry(
            `\\langle ${vectors[a]}, ${vectors[b]} \\rangle`,
            '(-inf,inf)',
            `inner product of ${a} and ${b}`,
          ),
        ],
  );
  const parts = names.flatMap((vector) =>
    axes(vector).map((axis): [string, SymbolEntry] => [
      component(vector, axis),
      entry(`(${vectors[vector]})_{${axis + 1}}`, '(-inf,inf)', `component ${axis + 1} of ${vector}`),
    ]),
  );
  return {
    symbols: Object.fromEntries([...grams, ...parts]),
    given: pairs.map(([a, b]) => {
      const terms = axes(a).map((axis) => `${component(a, axis)}*${component(b, axis)}`);
      return `${gramName(a, b)} = ${terms.join(' + ')}`;
    }),
    read: (text) => reader.scalar(text),
    components: (vector) => axes(vector).map((axis) => component(vector, axis)),
  };
}

/** The symbol of ⟨a, b⟩. Names with underscores are told apart by the length of the first: ⟨a, b_c⟩ is not ⟨a_b, c⟩. */
export const gramName = (a: string, b: string): string => {
  if (a === b) return `norm2_${a}`;
  return `${a}${b}`.includes('_') ? `dot_${a.length}_${a}_${b}` : `dot_${a}_${b}`;
};

/** Reads texts with norm2 and dot over declared vectors. */
export class Reader {
  private readonly names: readonly string[];
  private readonly forms = new Map<string, Form>();
  private readonly defined: ReadonlyMap<string, string>;
  /** The definitions that are being read, each by the one before it. */
  private readonly path: string[] = [];

  /** Definitions may stand in any order. @throws when one is free too, or defined by itself */
  constructor(names: readonly string[], defined: Record<string, string>) {
    this.names = names;
    this.defined = new Map(Object.entries(defined));
    for (const name of [...names, ...Object.keys(defined)]) {
      const fault = symbolNameFault(name);
      if (fault !== undefined) throw new ClaimError(`vector ${name}: ${fault}`);
    }
    for (const name of names) this.forms.set(name, new Map([[name, number(1)]]));
    for (const name of this.defined.keys()) {
      if (names.includes(name)) throw new ClaimError(`vector ${name} is both free and defined`);
      this.formOf(name);
    }
  }

  /** The vector of that name, or undefined when it is none. However long a chain of definitions, it needs no stack. */
  private formOf(name: string): Form | undefined {
    const known = this.forms.get(name);
    if (known || !this.defined.has(name)) return known;
    const outer = this.path.length;
    this.path.push(name);
    while (this.path.length > outer) {
      checkTime();
      const last = this.path.at(-1)!;
      const text = this.defined.get(last)!;
      const open = wordsOf(text).find((word) => this.defined.has(word) && !this.forms.has(word));
      if (open === undefined) {
        this.forms.set(last, this.vector(text));
        this.path.pop();
        continue;
      }
      if (this.path.includes(open))
        throw new ClaimError(`vector ${open} is defined by itself (${[...this.path, open].join(' → ')})`);
      this.path.push(open);
    }
    return this.forms.get(name);
  }

  scalar(text: string): Expr {
    const value = this.value(text);
    if ('form' in value)
      throw new ClaimError(`"${text}" is a vector: expected a scalar, such as norm2(…) or dot(…, …)`);
    return value.scalar;
  }

  isVector(text: string): boolean {
    return 'form' in this.value(text);
  }

  /** Is it 0, which is a scalar, and the zero of vectors too? */
  isZero(text: string): boolean {
    const value = this.value(text);
    return 'scalar' in value && isExactZero(value.scalar);
  }

  private vector(text: string): Form {
    const value = this.value(text);
    if ('form' in value) return value.form;
    if (isExactZero(value.scalar)) return new Map();
    throw new ClaimError(`"${text}" is a scalar: expected a vector`);
  }

  private value(text: string): Value {
    const inner = new Map<string, Expr>();
    let rest = text;
    if (/\binner__\d/.test(text))
      throw new ClaimError(`"${text}": inner__… are names that the checker uses itself`);
    for (let match; (match = /\b(norm2|dot)\s*\(/.exec(rest));) {
      const open = match.index + match[0].length - 1;
      const { args, end } = argumentsFrom(rest, open);
      const wanted = match[1] === 'norm2' ? 1 : 2;
      if (args.length !== wanted)
        throw new ClaimError(
          `${match[1]} in "${text}": expected ${wanted} ${wanted === 1 ? 'vector' : 'vectors'}`,
        );
      const [u, v = u] = args.map((arg) => this.vector(arg));
      const name = `inner__${inner.size}`;
      inner.set(name, this.gram(u, v));
      rest = `${rest.slice(0, match.index)}${name}${rest.slice(end + 1)}`;
    }
    return this.linear(parse(rest), inner, text);
  }

  private gram(u: Form, v: Form): Expr {
    const order = (a: string, b: string): [string, string] =>
      this.names.indexOf(a) <= this.names.indexOf(b) ? [a, b] : [b, a];
    const terms = [...u].flatMap(([a, p]) => {
      checkTime();
      return [...v].map(([b, q]) => times(p, q, symbol(gramName(...order(a, b)))));
    });
    return plus(...terms);
  }

  /** Splits an expression into coefficients of vectors. */
  private linear(expr: Expr, inner: ReadonlyMap<string, Expr>, text: string): Value {
    const fail = (what: string): never => {
      throw new ClaimError(`"${text}": ${what}`);
    };
    const scalarOf = (x: Value): Expr =>
      'scalar' in x ? x.scalar : fail('a vector where a scalar must stand');
    const scaled = (form: Form, by: (c: Expr) => Expr): Value => ({
      form: new Map([...form].map(([name, c]) => [name, by(c)])),
    });
    return foldExpr<Value>(expr, {
      number: (n, d) => ({ scalar: number(n, d) }),
      pi: () => ({ scalar: PI }),
      symbol: (name) => {
        const form = this.formOf(name);
        return form ? { form } : { scalar: inner.get(name) ?? symbol(name) };
      },
      add: (xs) => {
        if (xs.every((x) => 'scalar' in x)) return { scalar: add(...xs.map(scalarOf)) };
        const total = new Map<string, Expr>();
        for (const x of xs) {
          if ('scalar' in x) {
            if (isExactZero(x.scalar)) continue;
            return fail('a scalar added to a vector');
          }
          for (const [name, c] of x.form) total.set(name, total.has(name) ? plus(total.get(name)!, c) : c);
        }
        return { form: total };
      },
      mul: (xs) => {
        const forms = xs.filter((x): x is { form: Form } => 'form' in x);
        if (forms.length > 1) return fail('a product of two vectors: expected dot(u, v)');
        const scalars = xs.filter((x): x is { scalar: Expr } => 'scalar' in x).map(({ scalar }) => scalar);
        return forms.length === 0
          ? { scalar: mul(...scalars) }
          : scaled(forms[0].form, (c) => times(...scalars, c));
      },
      neg: (x) => ('form' in x ? scaled(x.form, negative) : { scalar: negative(x.scalar) }),
      div: (a, b) => {
        const below = scalarOf(b);
        return 'form' in a
          ? scaled(a.form, (c) => over(c, below))
          : { scalar: { kind: 'div', num: a.scalar, den: below } };
      },
      pow: (base, exponent) => ({
        scalar: pow(scalarOf(base), 'n' in exponent ? exponent : scalarOf(exponent)),
      }),
      call: (fn, x) => ({ scalar: { kind: 'call', fn, arg: scalarOf(x) } }),
    });
  }
}

/** What may be a name in the text; numbers such as 2e5 hold none. */
const wordsOf = (text: string): string[] => text.match(/(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];

const isExactZero = (expr: Expr): boolean => constant(expr)?.n === 0n;

/** The arguments in the brackets that open at `open`, and where they close. */
function argumentsFrom(text: string, open: number): { args: string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    if (depth === 0 || (depth === 1 && text[i] === ',')) {
      args.push(text.slice(from, i));
      from = i + 1;
    }
    if (depth === 0) return { args, end: i };
  }
  throw new ClaimError(`"${text}": a bracket is not closed`);
}

/** A Gaussian with covariance variance·1 in d dimensions; texts in vector notation. */
export interface Isotropic {
  mean: string;
  variance: string;
}

/** @throws when it is not made of texts: isotropicEntropy('v') asks for { variance: 'v' }. */
function texts(what: string, given: unknown, fields: readonly string[]): void {
  const read = (field: string): unknown => (given as Record<string, unknown> | null | undefined)?.[field];
  if (fields.every((field) => typeof read(field) === 'string')) return;
  const wanted = fields.map((field) => `${field}: '…'`).join(', ');
  throw new Error(`${what}: expected { ${wanted} } with texts, got ${JSON.stringify(given)}`);
}

/** log N(x; mean, variance·1) in d dimensions; reads `d`. */
export function isotropicLogDensity(x: string, of: Isotropic): string {
  texts('isotropicLogDensity', of, ['mean', 'variance']);
  return `-norm2(${x} - (${of.mean}))/(2*(${of.variance})) - d/2*log(2*pi*(${of.variance}))`;
}

/** KL(p ‖ q) in d dimensions; reads `d`. */
export function isotropicKl(p: Isotropic, q: Isotropic): string {
  [p, q].forEach((each) => texts('isotropicKl', each, ['mean', 'variance']));
  const ratio = `(${p.variance})/(${q.variance})`;
  return `(d*(${ratio} - 1 - log(${ratio})) + norm2((${p.mean}) - (${q.mean}))/(${q.variance}))/2`;
}

/** The entropy in nats in d dimensions; reads `d`. */
export function isotropicEntropy(of: Pick<Isotropic, 'variance'>): string {
  texts('isotropicEntropy', of, ['variance']);
  return `d/2*(1 + log(2*pi*(${of.variance})))`;
}

/** Gram symbols as sums over components in k dimensions: vectors that anyone can write down. */
export function inComponents(expr: Expr, names: readonly string[], k: number, triangular = false): Expr {
  const values: Record<string, Expr> = {};
  names.forEach((a, i) =>
    names.slice(i).forEach((b) => {
      const axes = Array.from({ length: triangular ? i + 1 : k }, (_, axis) => axis + 1);
      values[gramName(a, b)] = add(...axes.map((x) => mul(symbol(`${a}__${x}`), symbol(`${b}__${x}`))));
    }),
  );
  return substitute(expr, values);
}

/** norm2_x and dot_x_y as they were written. */
export const gramLabel = (text: string, names: readonly string[]): string =>
  text.replaceAll(/\b\w+\b/g, (word) => {
    for (const a of names)
      for (const b of names) if (word === gramName(a, b)) return a === b ? `norm2(${a})` : `dot(${a}, ${b})`;
    return word;
  });

export const gramText = (expr: Expr, names: readonly string[]): string => gramLabel(toText(expr), names);
