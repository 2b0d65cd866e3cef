import type { Constraint, Prepared } from './claim.ts';
import type { Clock } from './clock.ts';
import { folder, type Expr } from './expr.ts';
import { Field } from './field.ts';
import { Nodes, topological, type Node } from './node.ts';
import { FieldLimit } from './numbers.ts';
import type { Random } from './random.ts';
import { gcd, rational } from './rational.ts';
import { Signs, boundsFrom } from './signs.ts';

/** arg^i = c·f^j that are tried for constants. */
const TWIN_POWERS = [
  [1n, 1n], [1n, -1n], [1n, 2n], [1n, -2n], [2n, 1n], [2n, -1n],
  [1n, 3n], [1n, -3n], [3n, 1n], [3n, -1n], [2n, 3n], [2n, -3n], [3n, 2n], [3n, -2n],
] as const; // prettier-ignore

/** The normal form of a claim's expressions, with the oracles it rests on. */
export class Normal {
  readonly nodes: Nodes;
  readonly signs: Signs;
  readonly field: Field;
  /** Arguments of independent logarithms and exponentials. */
  private readonly logs: Node[] = [];
  private readonly exps: Node[] = [];
  /** Arguments of erf, no two of them equal or opposite. */
  private readonly erfs: Node[] = [];
  /** Constraints "≥ 0" that the domains do not imply. */
  readonly openWeak: readonly Constraint[];
  private readonly confine: (signs: Signs, nodes: readonly { node: Node; strict: boolean }[]) => void;
  private readonly newSigns: () => Signs;
  private readonly facts: readonly { node: Node; strict: boolean }[];
  /** The worst error bound of the relations used, log10. */
  log10Error = -Infinity;

  constructor(prepared: Prepared, random: Random, clock: Clock) {
    const { free: domains } = prepared;
    this.newSigns = () => new Signs(domains, clock.check);
    this.signs = this.newSigns();
    this.field = new Field(domains, random, clock);
    this.nodes = new Nodes({
      sign: (node) => this.signs.sign(node).sign,
      relateLog: (arg) => this.relateLog(arg),
      relateExp: (arg) => this.relateExp(arg),
      relateErf: (arg) => this.relateErf(arg),
    });
    this.confine = (signs, facts) =>
      signs.assume(facts, (fact, closed) =>
        boundsFrom(fact, domains, this.nodes, (n) => signs.sign(n), closed),
      );
    const read = this.reader();
    this.facts = prepared.constraints.map(({ expr, weak }) => ({ node: read(expr), strict: !weak }));
    this.openWeak = prepared.constraints.filter(
      ({ weak }, i) => weak && this.signs.sign(this.facts[i]!.node).sign !== 1,
    );
    this.confine(this.signs, this.facts);
    this.read = this.reader(); // from now on signs rest on the constraints
  }

  /** Signs on the part of the claim's set where these nodes are ≥ 0. */
  signsWithin(nodes: readonly Node[]): Signs {
    const signs = this.newSigns();
    this.confine(signs, [...this.facts, ...nodes.map((node) => ({ node, strict: false }))]);
    return signs;
  }

  /** What is shared with expressions read before is read once. */
  readonly read: (expr: Expr) => Node;

  private reader(): (expr: Expr) => Node {
    const { nodes } = this;
    return folder<Node>({
      number: (n, d) => nodes.num({ n, d }),
      pi: () => nodes.pi(),
      symbol: (name) => nodes.sym(name),
      add: (xs) => nodes.add(xs),
      mul: (xs) => nodes.mul(xs),
      div: (a, b) => nodes.mul([a, nodes.pow(b, rational(-1n))]),
      neg: (a) => nodes.neg(a),
      pow: (base, e) =>
        'n' in e && !('id' in e) ? nodes.pow(base, e) : nodes.exp(nodes.mul([e as Node, nodes.log(base)])),
      call: (name, x) => {
        if (name === 'sqrt') return nodes.sqrt(x);
        if (name === 'log') return nodes.log(x);
        if (name === 'exp') return nodes.exp(x);
        if (name === 'abs') return nodes.abs(x);
        if (name === 'erf') return nodes.erf(x);
        throw new FieldLimit(`no normal form of ${name}`);
      },
    });
  }

  /** ln|arg| = Σ q·ln|f| + ln c, when the derivatives say so and the powers of both sides agree exactly. */
  private relateLog(arg: Node): Node | null {
    const { nodes, field } = this;
    // e^v counts as known too: its logarithm is v.
    const basis = [...this.logs, ...this.exps.map((v) => nodes.expAtom(v))];
    const q = basis.length > 0 ? field.combination(arg, basis, true) : null;
    if (q && q.some(({ n }) => n !== 0n)) {
      const order = 2n * q.reduce((l, { d }) => (l * d) / gcd(l, d), 1n);
      // Even integer powers are free of signs and roots: arg^order = c·∏ f^(q·order).
      const product = nodes.mul(basis.map((f, i) => nodes.pow(f, rational(q[i]!.n * order, q[i]!.d))));
      const power = nodes.pow(arg, rational(order));
      const c = field.constantRatio(power, product);
      if (c && c.n > 0n && this.verify(power, nodes.mul([nodes.num(c), product]))) {
        const terms = basis.map((f, i) => nodes.mul([nodes.num(rational(q[i]!.n, q[i]!.d)), nodes.log(f)]));
        return nodes.add([...terms, nodes.mul([nodes.num(rational(1n, order)), nodes.log(nodes.num(c))])]);
      }
    }
    const twin = this.constantTwin(arg);
    if (twin) return twin;
    this.logs.push(arg);
    return null;
  }

  /** ln|arg| = (j/i)·ln|f| + ln c for numbers such as √2 + 1 and √2 − 1, which no derivative relates. */
  private constantTwin(arg: Node): Node | null {
    const { nodes, field } = this;
    const isConstant = (node: Node): boolean => topological([node]).every((n) => n.kind !== 'sym');
    if (!isConstant(arg)) return null;
    const one = nodes.num(rational(1n));
    for (const f of [one, ...this.logs.filter(isConstant)]) {
      for (const [i, j] of f === one ? ([[1n, 1n]] as const) : TWIN_POWERS) {
        const [power, other] = [nodes.pow(arg, rational(2n * i)), nodes.pow(f, rational(2n * j))];
        const c = field.constantRatio(power, other);
        if (!c || c.n <= 0n || !this.verify(power, nodes.mul([nodes.num(c), other]))) continue;
        const ln = nodes.mul([nodes.num(rational(j, i)), nodes.log(f)]);
        return nodes.add([ln, nodes.mul([nodes.num(rational(1n, 2n * i)), nodes.log(nodes.num(c))])]);
      }
    }
    return null;
  }

  /** e^arg through earlier exponentials and powers: arg = Σ q·v + Σ r·ln|f| + c. */
  private relateExp(arg: Node): Node | null {
    const { nodes, field } = this;
    const one = nodes.num(rational(1n));
    const logs = [...this.logs, ...nodes.numberLogs];
    const basis = [...this.exps, ...logs.map((f) => nodes.log(f)), one];
    const q = field.combination(arg, basis, false);
    if (q && q.some(({ n }) => n !== 0n)) {
      const scaled = basis.map((v, i) => nodes.mul([nodes.num(q[i]!), v]));
      if (this.verify(arg, nodes.add(scaled))) {
        const factors = this.exps.map((v, i) => nodes.pow(nodes.expAtom(v), q[i]!));
        const powers = logs.map((f, i) => {
          const r = q[this.exps.length + i]!;
          return nodes.pow(r.n % 2n === 0n && r.d === 1n ? f : nodes.abs(f), r);
        });
        const e = q.at(-1)!;
        if (e.n !== 0n && !(arg.kind === 'num')) this.remember(one);
        if (arg.kind !== 'num') return nodes.mul([...factors, ...powers, nodes.pow(nodes.expAtom(one), e)]);
        if (arg !== one) return nodes.pow(nodes.expAtom(one), e);
      }
    }
    this.remember(arg);
    return null;
  }

  private relateErf(arg: Node): { arg: Node; sign: bigint } | null {
    for (const known of this.erfs) {
      if (this.verify(arg, known)) return { arg: known, sign: 1n };
      if (this.verify(arg, this.nodes.neg(known))) return { arg: known, sign: -1n };
    }
    this.erfs.push(arg);
    return null;
  }

  private remember(arg: Node): void {
    if (arg.kind !== 'num' && !this.exps.includes(arg)) this.exps.push(arg);
  }

  private verify(a: Node, b: Node): boolean {
    const result = this.field.equal(a, b);
    if (result.kind !== 'equal') return false;
    this.log10Error = Math.max(this.log10Error, result.log10Error);
    return true;
  }
}
