import { FieldLimit, NeverDefined, factorize, powQ } from './numbers.ts';
import { ONE, absBig, addQ, gcd, mulQ, rational, type Rational } from './rational.ts';

/**
 * The checker's normal form: hash-consed, so equal nodes are one object. Every rewriting here holds at each point
 * at which the original expression is defined; in particular √(xy) is √|x|·√|y|, never √x·√y.
 * `log` stands for ln|arg|. Exponents d > 1 only on bases that are non-negative where defined.
 */
export type Node = { readonly id: number } & (
  | { readonly kind: 'num'; readonly n: bigint; readonly d: bigint }
  | { readonly kind: 'pi' }
  | { readonly kind: 'sym'; readonly name: string }
  | { readonly kind: 'add' | 'mul'; readonly args: readonly Node[] }
  | { readonly kind: 'pow'; readonly base: Node; readonly exponent: Rational }
  | { readonly kind: 'abs' | 'log' | 'exp' | 'erf'; readonly arg: Node }
);

/** What the builder asks of others: certified signs, and relations among logarithms and exponentials. */
export type Hooks = {
  /** +1: ≥ 0 on the claim's set; −1: ≤ 0; 0: not certified. */
  sign(node: Node): number;
  /** ln|arg| through earlier logarithms, or null when it is independent of them. */
  relateLog(arg: Node): Node | null;
  relateExp(arg: Node): Node | null;
  /** An earlier argument of erf that equals this one, with the sign ±1 by which it does; null when there is none. */
  relateErf(arg: Node): { arg: Node; sign: bigint } | null;
};

const HALF = rational(1n, 2n);
const MINUS_ONE = rational(-1n);
const LARGEST = 1n << 131072n;

export class Nodes {
  private readonly known = new Map<string, Node>();
  private readonly hooks: Hooks;
  private count = 0;
  /** Numbers whose logarithms occur. */
  readonly numberLogs: Node[] = [];

  constructor(hooks: Hooks) {
    this.hooks = hooks;
  }

  private intern(key: string, make: (id: number) => Node): Node {
    let node = this.known.get(key);
    if (!node) {
      node = make(this.count++);
      if (this.count > 20_000) throw new FieldLimit('the expression grows beyond 20000 terms');
      this.known.set(key, node);
    }
    return node;
  }

  num(q: Rational): Node {
    if (absBig(q.n) > LARGEST || q.d > LARGEST) throw new FieldLimit('numbers grow beyond 40000 digits');
    return this.intern(`n${q.n}/${q.d}`, (id) => ({ id, kind: 'num', n: q.n, d: q.d }));
  }

  pi(): Node {
    return this.intern('π', (id) => ({ id, kind: 'pi' }));
  }

  sym(name: string): Node {
    return this.intern(`s${name}`, (id) => ({ id, kind: 'sym', name }));
  }

  neg(a: Node): Node {
    return this.mul([this.num(MINUS_ONE), a]);
  }

  sub(a: Node, b: Node): Node {
    return this.add([a, this.neg(b)]);
  }

  /** Flattened, like terms collected, rational content taken out: 2y − 2x is −2·(x − y). */
  add(xs: readonly Node[]): Node {
    const terms = new Map<Node, Rational>();
    const put = (x: Node, scale: Rational): void => {
      if (x.kind === 'add') return x.args.forEach((arg) => put(arg, scale));
      const [coefficient, rest] = this.split(x);
      const q = mulQ(scale, coefficient);
      if (rest.kind === 'add') return put(rest, q);
      terms.set(rest, addQ(terms.get(rest) ?? rational(0n), q));
    };
    xs.forEach((x) => put(x, ONE));
    const list = [...terms].filter(([, q]) => q.n !== 0n).sort(([a], [b]) => a.id - b.id);
    if (list.length === 0) return this.num(rational(0n));
    if (list.length === 1) return this.scale(list[0]![1], list[0]![0]);
    const top = list.reduce((g, [, q]) => gcd(g, q.n), 0n);
    const below = list.reduce((l, [, q]) => (l / gcd(l, q.d)) * q.d, 1n);
    const content = rational(list[0]![1].n < 0n ? -top : top, below);
    const args = list.map(([rest, q]) => this.scale(rational(q.n * content.d, q.d * content.n), rest));
    const sum = this.intern(`a${args.map((a) => a.id).join(',')}`, (id) => ({ id, kind: 'add', args }));
    return this.scale(content, sum);
  }

  /** A node as rational coefficient times the rest. */
  split(x: Node): [Rational, Node] {
    if (x.kind === 'num') return [{ n: x.n, d: x.d }, this.num(ONE)];
    if (x.kind !== 'mul' || x.args[0]!.kind !== 'num') return [ONE, x];
    const [{ n, d }, ...rest] = x.args as [{ n: bigint; d: bigint } & Node, ...Node[]];
    return [{ n, d }, this.product(rest)];
  }

  private scale(q: Rational, x: Node): Node {
    if (q.n === q.d) return x;
    if (q.n === 0n) return this.num(q);
    const [coefficient, rest] = this.split(x);
    const total = mulQ(q, coefficient);
    if (rest.kind === 'num') return this.num(total);
    if (total.n === total.d) return rest;
    return this.product([this.num(total), ...(rest.kind === 'mul' ? rest.args : [rest])]);
  }

  private product(args: readonly Node[]): Node {
    if (args.length === 1) return args[0]!;
    return this.intern(`m${args.map((a) => a.id).join(',')}`, (id) => ({ id, kind: 'mul', args }));
  }

  /** Flattened, powers of one base collected. */
  mul(xs: readonly Node[]): Node {
    let coefficient = ONE;
    const powers = new Map<Node, Rational>();
    const put = (x: Node): void => {
      if (x.kind === 'num') coefficient = mulQ(coefficient, x);
      else if (x.kind === 'mul') x.args.forEach(put);
      else {
        const [base, e] = x.kind === 'pow' ? [x.base, x.exponent] : [x, ONE];
        powers.set(base, addQ(powers.get(base) ?? rational(0n), e));
      }
    };
    xs.forEach(put);
    const factors: Node[] = [];
    for (const [base, e] of [...powers].sort(([a], [b]) => a.id - b.id)) {
      if (e.n === 0n) continue;
      const factor = this.rawPow(base, e);
      if (factor.kind === 'num') coefficient = mulQ(coefficient, factor);
      else factors.push(factor);
    }
    if (coefficient.n === 0n) return this.num(coefficient);
    if (factors.length === 0) return this.num(coefficient);
    return this.scale(coefficient, this.product(factors));
  }

  private rawPow(base: Node, e: Rational): Node {
    if (e.n === 1n && e.d === 1n) return base;
    if (base.kind === 'num' && e.d === 1n) return this.num(powQ(base, e.n));
    if (base.kind === 'abs' && e.d === 1n && e.n % 2n === 0n) return this.pow(base.arg, e);
    return this.intern(`p${base.id}^${e.n}/${e.d}`, (id) => ({ id, kind: 'pow', base, exponent: e }));
  }

  /** base^e; with a root (e.d > 1) the original is defined only where base ≥ 0. */
  pow(base: Node, e: Rational): Node {
    if (e.n === 0n) return this.num(ONE);
    if (absBig(e.n) > 1n << 40n || e.d > 1n << 20n)
      throw new FieldLimit(`exponent ${e.n}/${e.d} is too large`);
    const root = e.d !== 1n;
    switch (base.kind) {
      case 'num':
        return root ? this.numberRoot(base, e) : this.num(powQ(base, e.n));
      case 'mul':
        return this.mul(base.args.map((arg) => this.pow(root ? this.abs(arg) : arg, e)));
      case 'pow': {
        const inner = base.exponent;
        const total = mulQ(inner, e);
        // An even power forgets the sign of its base; after an odd one, or a root, the base is ≥ 0 where defined.
        const forgets = root && inner.d === 1n && inner.n % 2n === 0n;
        return this.pow(forgets ? this.abs(base.base) : base.base, total);
      }
      case 'exp':
        return this.rawPow(base, e);
      default:
        return this.rawPow(base, e);
    }
  }

  private numberRoot(base: Rational, e: Rational): Node {
    if (base.n < 0n) throw new NeverDefined('the root of a negative number is never defined');
    if (base.n === 0n) {
      if (e.n < 0n) throw new NeverDefined('division by 0: never defined');
      return this.num(rational(0n));
    }
    const factors = [
      ...factorize(base.n).map((f) => [...f, 1n]),
      ...factorize(base.d).map((f) => [...f, -1n]),
    ];
    return this.mul(
      factors.map(([prime, count, side]) => {
        const exponent = rational(e.n * count! * side!, e.d);
        const whole =
          exponent.n >= 0n ? exponent.n / exponent.d : -((-exponent.n + exponent.d - 1n) / exponent.d);
        const rest = rational(exponent.n - whole * exponent.d, exponent.d);
        const outside = this.num(powQ(rational(prime!), whole));
        return rest.n === 0n ? outside : this.mul([outside, this.rawPow(this.num(rational(prime!)), rest)]);
      }),
    );
  }

  abs(a: Node): Node {
    if (a.kind === 'num') return this.num({ n: absBig(a.n), d: a.d });
    if (a.kind === 'mul') return this.mul(a.args.map((arg) => this.abs(arg)));
    if (a.kind === 'abs' || a.kind === 'exp') return a;
    if (a.kind === 'pow') return a.exponent.d !== 1n ? a : this.pow(this.abs(a.base), a.exponent);
    const sign = this.hooks.sign(a);
    if (sign !== 0) return sign > 0 ? a : this.flipped(a);
    return this.intern(`|${a.id}`, (id) => ({ id, kind: 'abs', arg: a }));
  }

  /** −a as a sum of its own, so that a root of it has one positive base. */
  private flipped(a: Node): Node {
    const args = (a.kind === 'add' ? a.args : [a]).map((arg) => this.neg(arg));
    return this.intern(`a${args.map((arg) => arg.id).join(',')}`, (id) => ({ id, kind: 'add', args }));
  }

  /** ln|a|. */
  log(a: Node): Node {
    switch (a.kind) {
      case 'num': {
        if (a.n === 0n) throw new NeverDefined('log(0) is never defined');
        const parts = [
          ...factorize(absBig(a.n)).map((f) => [...f, 1n]),
          ...factorize(a.d).map((f) => [...f, -1n]),
        ];
        return this.add(
          parts.map(([prime, count, side]) =>
            this.mul([this.num(rational(count! * side!)), this.logAtom(this.num(rational(prime!)))]),
          ),
        );
      }
      case 'mul':
        return this.add(a.args.map((arg) => this.log(arg)));
      case 'pow':
        return this.mul([this.num(a.exponent), this.log(a.base)]);
      case 'abs':
        return this.log(a.arg);
      case 'exp':
        return a.arg;
      default:
        return this.known.get(`l${a.id}`) ?? this.hooks.relateLog(a) ?? this.logAtom(a);
    }
  }

  private logAtom(arg: Node): Node {
    if (arg.kind === 'num' && !this.numberLogs.includes(arg)) this.numberLogs.push(arg);
    return this.intern(`l${arg.id}`, (id) => ({ id, kind: 'log', arg }));
  }

  /** e^v, with logarithms in v turned back into powers. */
  exp(v: Node): Node {
    const terms = v.kind === 'add' ? v.args : this.termsOf(v);
    const rest: Node[] = [];
    const factors: Node[] = [];
    for (const term of terms) {
      const [q, of] = this.split(term);
      if (of.kind === 'log')
        factors.push(this.pow(q.d === 1n && q.n % 2n === 0n ? of.arg : this.abs(of.arg), q));
      else rest.push(term);
    }
    const remaining = this.add(rest);
    if (remaining.kind === 'num' && remaining.n === 0n) return this.mul(factors);
    const related = this.known.get(`e${remaining.id}`) ?? this.hooks.relateExp(remaining);
    return this.mul([...factors, related ?? this.expAtom(remaining)]);
  }

  /** c·(a + b) as its terms. */
  private termsOf(v: Node): readonly Node[] {
    const [q, rest] = this.split(v);
    return rest.kind === 'add' ? rest.args.map((arg) => this.scale(q, arg)) : [v];
  }

  expAtom(arg: Node): Node {
    return this.intern(`e${arg.id}`, (id) => ({ id, kind: 'exp', arg }));
  }

  /** erf is known as an odd function here. */
  erf(a: Node): Node {
    if (a.kind === 'num' && a.n === 0n) return a;
    const [coefficient] = this.split(a);
    if (coefficient.n < 0n) return this.neg(this.erf(this.neg(a)));
    const related = this.known.has(`f${a.id}`) ? null : this.hooks.relateErf(a);
    const arg = related?.arg ?? a;
    const atom = this.intern(`f${arg.id}`, (id) => ({ id, kind: 'erf', arg }));
    return related?.sign === -1n ? this.neg(atom) : atom;
  }

  sqrt(a: Node): Node {
    return this.pow(a, HALF);
  }
}

export function nodeChildren(node: Node): readonly Node[] {
  if ('args' in node) return node.args;
  if ('arg' in node) return [node.arg];
  return node.kind === 'pow' ? [node.base] : [];
}

/** Every distinct node below the roots once, children first. */
export function topological(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>(); // in the order in which they are left
  const stack = [...roots].reverse();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const open = seen.has(node) ? [] : nodeChildren(node).filter((child) => !seen.has(child));
    if (open.length === 0) seen.add(stack.pop()!);
    else stack.push(...open.reverse());
  }
  return [...seen];
}
