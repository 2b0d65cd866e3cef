import { create, parseDependencies, type MathNode } from 'mathjs';
import { checkTime } from './clock.ts';
import {
  FUNCTIONS,
  MAX_TEXT,
  PI,
  add,
  call,
  div,
  mul,
  neg,
  number,
  pow,
  symbol,
  type Expr,
  type FunctionName,
} from './expr.ts';
import { parseDecimal } from './rational.ts';

/** A text that is not an expression of ours. `position` counts characters from 1. */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly position: number;
  constructor(message: string, text: string, position: number) {
    super(`${message} at character ${position} of "${text.length > 80 ? text.slice(0, 77) + '…' : text}"`);
    this.position = position;
  }
}

const MAX_DEPTH = 120; // nested brackets, signs or powers: far beyond any formula, well within the stack
const MAX_DIGITS = 2_000;
const MAX_EXPONENT = 5_000; // of a decimal literal: 1e5000 is still cheap to hold exactly

// BigNumber literals keep every digit that was typed; nothing here is ever evaluated by mathjs.
const mathjs = create({ parseDependencies }, { number: 'BigNumber' });
const functionNames = new Set<string>(FUNCTIONS);

/** Ways to write the number π. */
const piNames = new Set(['pi', 'π']);

/** `; Euler's number is exp(1)`: how the constant is written that an undeclared name may mean; empty for other names. */
export function constantHint(name: string): string {
  if (name === 'e') return "; Euler's number is exp(1)";
  if (piNames.has(name)) return '; it is the number π and takes no value';
  return /^pi$/i.test(name) ? '; the number π is pi' : '';
}

/**
 * Why this name cannot be a symbol; undefined where it can. Names that JavaScript objects inherit are refused, whatever
 * they would do.
 */
export function symbolNameFault(name: string): string | undefined {
  if (piNames.has(name))
    return `${name} is the number π, known without a declaration, and cannot be a symbol`;
  const fits =
    /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !(name in Object.prototype) && !functionNames.has(name);
  return fits ? undefined : `"${name}" cannot be a symbol`;
}

/** @throws unless the name can be that of a symbol: pi would be read as the number. */
export function requireSymbolName(what: string, name: string): void {
  const fault = symbolNameFault(name);
  if (fault !== undefined) throw new Error(`${what}: ${fault}`);
}

/**
 * Text to expression: + − * / ^, brackets, sqrt, exp, log (natural), abs, sin, cos, erf, min and max (by abs), normalCdf (by erf), decimal literals
 * (exact), pi, symbols, and 2x for 2*x. Throws ParseError with the position.
 */
export function parse(text: string): Expr {
  if (typeof text !== 'string') throw new ParseError(`expected text, got ${typeof text}`, String(text), 1);
  if (text.length > MAX_TEXT)
    throw new ParseError(`expression longer than ${MAX_TEXT} characters`, text, MAX_TEXT);
  if (text.trim() === '') throw new ParseError('expected an expression, got nothing', text, 1);
  checkTime();
  checkSurface(text);
  let tree: MathNode;
  try {
    tree = mathjs.parse(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const char = (error as { char?: unknown }).char;
    throw new ParseError(
      error.message.replace(/ \(char \d+\)$/, ''),
      text,
      typeof char === 'number' ? char : 1,
    );
  }
  return new Reader(text).read(tree as Node, 0);
}

/** Numbers that mathjs reads otherwise than they look; a digit within a name is none. */
const misreadNumbers = [
  {
    pattern: /(?<![\p{L}\p{N}_.])0[xbo][\p{L}\p{N}_]*\d[\p{L}\p{N}_]*/iu,
    message: (found: string) => `"${found}": numbers are decimal; a product needs a *`,
  },
  {
    pattern: /(?<![\p{L}\p{N}_.])[\d.]+_[\p{L}\p{N}_]*/u,
    message: (found: string) => `"${found}": no _ within a number; a product needs a *`,
  },
  {
    pattern: /(?<![\p{L}\p{N}_.])[\d.]+e(?![\p{L}\p{N}_]|[+-]\d)/iu,
    message: (found: string) => `"${found}": expected digits of an exponent, as in 1e-5; a product needs a *`,
  },
];

/** Refuses what would be costly or misleading before mathjs sees it. */
function checkSurface(text: string): void {
  const odd = /[^\p{L}\p{N}_+\-*/^().,\s]/u.exec(text); // a comma parts the arguments of min and max
  if (odd) throw new ParseError(`unexpected "${odd[0]}"`, text, odd.index + 1);
  const dotted = /\p{L}\./u.exec(text);
  if (dotted) throw new ParseError('unexpected "."', text, dotted.index + 2);
  for (const { pattern, message } of misreadNumbers) {
    const found = pattern.exec(text);
    if (found) throw new ParseError(message(found[0]), text, found.index + 1);
  }
  const lineBreak = /[\r\n]/.exec(text);
  if (lineBreak) throw new ParseError('unexpected line break', text, lineBreak.index + 1);
  const longDigits = new RegExp(`[\\d.]{${MAX_DIGITS},}`).exec(text);
  if (longDigits)
    throw new ParseError(`a literal of more than ${MAX_DIGITS} digits`, text, longDigits.index + 1);
  for (const match of text.matchAll(/[\d.]e([+-]?\d+)/gi)) {
    if (Math.abs(Number(match[1])) > MAX_EXPONENT)
      throw new ParseError(
        `a literal's exponent must lie within ±${MAX_EXPONENT}`,
        text,
        (match.index ?? 0) + 1,
      );
  }
  let depth = 0; // brackets, and signs or powers that nest to the right within them
  const open: number[] = [];
  for (let i = 0, run = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '(') {
      open.push(run);
      depth++;
    } else if (c === ')') {
      depth -= 1 + run;
      run = 0;
      const outer = open.pop();
      if (outer === undefined) throw new ParseError('unexpected ")"', text, i + 1);
      run = outer;
    } else if (
      c === '^' ||
      ((c === '-' || c === '+') && /[-+*/^(]\s*$|^\s*$/.test(text.slice(Math.max(0, i - 8), i)))
    ) {
      run++;
      depth++;
    } else if (c === '*' || c === '/' || c === '+' || c === '-') {
      depth -= run;
      run = 0;
    }
    if (depth > MAX_DEPTH) throw new ParseError(`nested deeper than ${MAX_DEPTH}`, text, i + 1);
  }
}

/** The little of mathjs's tree that we read. */
interface Node {
  type: string;
  op?: string;
  fn?: { name?: string };
  name?: string;
  value?: unknown;
  content?: Node;
  args?: Node[];
  implicit?: boolean;
}

/** min(a, b) = (a + b − |a − b|)/2; the maximum with a plus. */
function extreme(name: 'min' | 'max', a: Expr, b: Expr): Expr {
  const apart = call('abs', add(a, neg(b)));
  return div(add(a, b, name === 'min' ? neg(apart) : apart), number(2));
}

class Reader {
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  read(node: Node, depth: number): Expr {
    if (depth > 4 * MAX_DEPTH) throw this.error(`nested deeper than ${4 * MAX_DEPTH}`, '');
    const { type, args = [] } = node;
    if (type === 'ParenthesisNode') return this.read(node.content!, depth + 1);
    if (type === 'ConstantNode') return this.literal(node.value);
    if (type === 'SymbolNode') return this.symbol(node.name!);
    if (type === 'FunctionNode') return this.call(node, depth);
    if (type !== 'OperatorNode')
      throw this.error(`${type.replace(/Node$/, '').toLowerCase()} is not part of expressions`, '');
    const { op } = node;
    if (args.length === 1 && op === '-') return neg(this.read(args[0]!, depth + 1));
    if (args.length === 1 && op === '+') return this.read(args[0]!, depth + 1);
    if (args.length === 2 && (op === '+' || op === '-')) return this.sum(node, depth);
    if (args.length === 2 && op === '*') return this.product(node, depth);
    if (args.length === 2 && op === '/') {
      const [a, b] = args as [Node, Node];
      if (a.implicit || b.implicit)
        throw this.error('2x beside "/" is ambiguous: write the * or brackets', '/');
      return div(this.read(a, depth + 1), this.read(b, depth + 1));
    }
    if (args.length === 2 && op === '^')
      return pow(this.read(args[0]!, depth + 1), this.read(args[1]!, depth + 1));
    throw this.error(`operator "${op}" is not part of expressions`, op ?? '');
  }

  /** a + b − c as one sum: the left spine is a list, brackets keep their own node. */
  private sum(node: Node, depth: number): Expr {
    const terms: Expr[] = [];
    let at: Node = node;
    while (at.type === 'OperatorNode' && at.args?.length === 2 && (at.op === '+' || at.op === '-')) {
      const right = this.read(at.args[1]!, depth + 1);
      terms.push(at.op === '-' ? neg(right) : right);
      at = at.args[0]!;
    }
    terms.push(this.read(at, depth + 1));
    return add(...terms.reverse());
  }

  private product(node: Node, depth: number): Expr {
    const factors: Expr[] = [];
    let at: Node = node;
    while (at.type === 'OperatorNode' && at.args?.length === 2 && at.op === '*') {
      const [left, right] = at.args as [Node, Node];
      if (at.implicit && left.type === 'OperatorNode' && left.op === '/')
        throw this.error('a product without * after "/" is ambiguous: write the * or brackets', '/');
      factors.push(this.read(right, depth + 1));
      at = left;
    }
    factors.push(this.read(at, depth + 1));
    return mul(...factors.reverse());
  }

  private call(node: Node, depth: number): Expr {
    const name = node.fn?.name ?? '';
    const args = node.args ?? [];
    if (name === 'min' || name === 'max') {
      if (args.length < 2) throw this.error(`${name} takes two arguments or more, got ${args.length}`, name);
      return args.map((arg) => this.read(arg, depth + 1)).reduce((a, b) => extreme(name, a, b));
    }
    if (name !== 'normalCdf' && !functionNames.has(name))
      throw this.error(
        `unknown function "${name}" (known: ${[...FUNCTIONS, 'min', 'max', 'normalCdf'].join(', ')}; products need a *)`,
        name,
      );
    if (args.length !== 1) throw this.error(`${name} takes one argument, got ${args.length}`, name);
    const argument = this.read(args[0]!, depth + 1);
    if (name === 'normalCdf') {
      const scaled = div(argument, call('sqrt', number(2)));
      return div(add(number(1), call('erf', scaled)), number(2));
    }
    return call(name as FunctionName, argument);
  }

  private symbol(name: string): Expr {
    if (functionNames.has(name)) throw this.error(`${name} needs an argument in brackets`, name);
    if (piNames.has(name)) return PI;
    const fault = symbolNameFault(name);
    if (fault !== undefined) throw this.error(fault, name);
    return symbol(name);
  }

  private literal(value: unknown): Expr {
    const exact = typeof value === 'object' && value !== null ? parseDecimal(String(value)) : null;
    if (!exact) throw this.error(`"${String(value)}" is not a number`, String(value));
    return number(exact.n, exact.d);
  }

  private error(message: string, token: string): ParseError {
    const found = token === '' ? -1 : this.text.indexOf(token);
    return new ParseError(message, this.text, Math.max(0, found) + 1);
  }
}
