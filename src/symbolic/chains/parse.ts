/**
 * Text to statements about densities, written as in a paper:
 *
 *   log p(x_0) >= E_{q(x_{1:T}|x_0)}[log(p(x_{0:T}) / q(x_{1:T}|x_0))]
 *   KL(q(x_T|x_0) || p(x_T)) + sum_{t=2}^{T} E_{q(x_t|x_0)}[KL(q(x_{t-1}|x_t,x_0) || p(x_{t-1}|x_t))]
 *
 * Sums and integrals reach to the next + or −. log and prod take the next factor, so that a ratio needs brackets.
 */
import { rational } from '../rational.ts';
import { Cursor } from './cursor.ts';
import type { Token } from './lex.ts';
import { places } from './parse-places.ts';
import { childrenOf } from './rewrite.ts';
import type { ChainExpr, ChainRelation, Density, Point, Statement } from './syntax.ts';
import { isSpan } from './syntax.ts';
import { nameFault } from './words.ts';

const MAX_DEPTH = 60;
const MAX_SQUARED = 10_000; // a square repeats its base, and squares of squares double at every level

/** What the names in a text may stand for. */
export interface Names {
  readonly densities: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

/** @throws ParseError with the position of what it could not read. */
export function parseChain(text: string, names?: Names): ChainExpr {
  const reader = new Reader(text, names);
  const expr = reader.sum();
  reader.end();
  return expr;
}

/** `lhs = rhs`, `lhs <= rhs` or `lhs >= rhs`. */
export function parseStatement(text: string, names?: Names): Statement {
  const reader = new Reader(text, names);
  const lhs = reader.sum();
  const relation = reader.relation();
  const rhs = reader.sum();
  reader.end();
  return { lhs, relation, rhs };
}

/** The name of a density or function that a text starts with. @throws ParseError where it starts with none that can be */
export const leadingName = (text: string): string => new Reader(text).name();

class Reader extends Cursor {
  private readonly names?: Names;
  private depth = 0;
  private readonly sizes = new Map<ChainExpr, number>();
  /** Logarithms with no brackets around them: of `log a / b` it is not clear what the logarithm is taken of. */
  private readonly bareLogs = new Set<ChainExpr>();

  constructor(text: string, names?: Names) {
    super(text);
    this.names = names;
  }

  relation(): ChainRelation {
    const { text } = this.next();
    if (text === '=' || text === '≤' || text === '≥') return text;
    throw this.error(`expected =, <= or >=, got "${text}"`);
  }

  sum(): ChainExpr {
    if (++this.depth > MAX_DEPTH) throw this.error(`nested deeper than ${MAX_DEPTH}`);
    const args: ChainExpr[] = [];
    let negative = this.take('-');
    if (!negative) this.take('+');
    for (;;) {
      const term = this.product();
      args.push(negative ? { kind: 'neg', arg: term } : term);
      if (this.is('+') || this.is('-')) negative = this.next().text === '-';
      else break;
    }
    this.depth--;
    return args.length === 1 ? args[0] : { kind: 'add', args };
  }

  private product(): ChainExpr {
    let factors: ChainExpr[] = [this.factor()];
    let afterDivision = false;
    for (;;) {
      if (this.take('/')) {
        const last = factors.at(-1)!;
        if (this.bareLogs.has(last) && this.token.kind !== 'number')
          throw this.error('log of a ratio needs brackets: log(a / b)');
        const den = this.factor();
        factors = [{ kind: 'div', num: productOf(factors), den }];
        afterDivision = true;
      } else if (this.take('*')) {
        factors.push(this.factor());
        afterDivision = false;
      } else if (this.startsFactor()) {
        if (this.bareLogs.has(factors.at(-1)!))
          throw this.error('log of a product needs brackets: log(a * b), or a * after it: log a * b');
        if (afterDivision)
          throw this.error('a product without * after "/" is ambiguous: write the * or brackets');
        factors.push(this.factor());
      } else return productOf(factors);
    }
  }

  private startsFactor(): boolean {
    return this.token.kind === 'word' || this.token.kind === 'number' || this.is('(') || this.is('[');
  }

  private factor(): ChainExpr {
    const base = this.atom();
    if (!this.is('^')) return base;
    this.next();
    const power = this.next();
    if (power.text !== '2') throw this.error('only the square is a power here', power);
    const size = 2 * this.sizeOf(base);
    if (size > MAX_SQUARED) throw this.error(`squares of squares: more than ${MAX_SQUARED} terms`, power);
    return { kind: 'mul', args: [base, base] };
  }

  private sizeOf(expr: ChainExpr): number {
    let size = this.sizes.get(expr);
    if (size === undefined) {
      size = childrenOf(expr).reduce((sum, child) => sum + this.sizeOf(child), 1);
      this.sizes.set(expr, size);
    }
    return size;
  }

  private atom(): ChainExpr {
    const token = this.token;
    if (token.kind === 'number') {
      this.next();
      return { kind: 'number', value: rational(BigInt(token.text)) };
    }
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
    ] as const) {
      if (!this.take(open)) continue;
      const inner = this.sum();
      this.expect(close);
      this.bareLogs.delete(inner);
      return inner;
    }
    if (token.kind !== 'word') throw this.error(`expected an expression, got "${token.text}"`);
    switch (token.text) {
      case 'log':
        this.next();
        return this.log();
      case 'E':
        return this.expectation();
      case 'KL':
        return this.divergence();
      case 'H': {
        this.next();
        const close = this.take('[') ? ']' : (this.expect('('), ')');
        const of = this.density();
        this.expect(close);
        return { kind: 'entropy', of };
      }
      case 'sum':
      case 'prod':
        return this.big(token.text);
      case 'int':
        return this.integral();
    }
    return this.named();
  }

  private log(): ChainExpr {
    const log: ChainExpr = { kind: 'log', arg: this.factor() };
    this.bareLogs.add(log);
    return log;
  }

  private expectation(): ChainExpr {
    this.next();
    this.expect('_');
    this.expect('{');
    const over = this.density();
    this.expect('}');
    this.expect('[');
    const arg = this.sum();
    this.expect(']');
    return { kind: 'expect', over, arg };
  }

  private divergence(): ChainExpr {
    this.next();
    this.expect('(');
    const first = this.density();
    this.expect('||');
    const second = this.density();
    this.expect(')');
    return { kind: 'kl', first, second };
  }

  private big(kind: 'sum' | 'prod'): ChainExpr {
    this.next();
    this.expect('_');
    this.expect('{');
    const index = this.next();
    if (index.kind !== 'word') throw this.error('expected an index, as in sum_{t=2}^{T}', index);
    if (index.text === 'T') throw this.error('T is the length of the chain and cannot be summed over', index);
    this.requireFree(index);
    this.expect('=');
    const from = this.indexOf();
    this.expect('}');
    this.expect('^');
    const braced = this.take('{');
    const to = this.indexOf();
    if (braced) this.expect('}');
    const body = kind === 'sum' ? this.product() : this.factor();
    return { kind, index: index.text, from, to, body };
  }

  private integral(): ChainExpr {
    this.next();
    this.expect('_');
    this.expect('{');
    const over = places(this);
    this.expect('}');
    return { kind: 'integral', over, arg: this.product() };
  }

  private named(): ChainExpr {
    const start = this.token;
    const name = this.name();
    this.expect('(');
    const { left, given } = this.inside();
    this.expect(')');
    if (given.length === 0 && this.names?.functions.has(name)) {
      if (left.some(isSpan)) throw this.error(`${name} takes single variables`, start);
      return { kind: 'function', name, args: left as Point[] };
    }
    this.known(name, start);
    return { kind: 'density', density: { name, left, given } };
  }

  private density(): Density {
    const start = this.token;
    const name = this.name();
    this.known(name, start);
    this.expect('(');
    const { left, given } = this.inside();
    this.expect(')');
    return { name, left, given };
  }

  private known(name: string, at: Token): void {
    if (this.names === undefined || this.names.densities.has(name)) return;
    const known = [...this.names.densities, ...this.names.functions].join(', ');
    throw this.error(`unknown density "${name}" (the model declares ${known})`, at);
  }

  private inside(): Pick<Density, 'left' | 'given'> {
    const left = places(this);
    return { left, given: this.take('|') || this.bar() ? places(this) : [] };
  }

  private bar(): boolean {
    const found = this.token.kind === 'word' && (this.token.text === 'mid' || this.token.text === 'vert');
    if (found) this.next();
    return found;
  }

  /** q, q_phi, p_{\theta}. */
  name(): string {
    const head = this.next();
    if (head.kind !== 'word') throw this.error(`expected a density such as q(x|z), got "${head.text}"`, head);
    const name = [head.text, ...this.subscript()].join('_');
    const fault = nameFault(name);
    if (fault !== undefined) throw this.error(fault, head);
    return name;
  }

  private subscript(): string[] {
    if (!this.take('_')) return [];
    const braced = this.take('{');
    const parts: string[] = [];
    while (this.token.kind === 'word' || this.token.kind === 'number') parts.push(this.next().text);
    if (braced) this.expect('}');
    if (parts.length === 0) throw this.error('expected a subscript');
    return parts;
  }
}

const productOf = (factors: readonly ChainExpr[]): ChainExpr =>
  factors.length === 1 ? factors[0] : { kind: 'mul', args: factors };
