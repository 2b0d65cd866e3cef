/** Typesetting: one algebra whose values are pieces of TeX that know when they need brackets. */
import { foldExpr, type Algebra, type Expr, type FunctionName } from './expr.ts';
import type { SymbolTable } from './symbols.ts';

/** What binds how tightly; a piece is bracketed where its context binds tighter. */
const SUM = 1;
const PRODUCT = 2;
const FRACTION = 3;
const POWER = 4;
const ATOM = 5;

interface Piece {
  /** TeX without the sign. */
  body: string;
  binds: number;
  negative?: boolean;
  /** Taller than a line: brackets around it must grow. */
  tall?: boolean;
  /** Wants a thin space before a neighbour (roots, functions, fractions). */
  airy?: boolean;
  /** Of sin and cos: the argument in its brackets, so that a power goes before it. */
  argument?: string;
}

const signed = (piece: Piece): string => (piece.negative ? `-${piece.body}` : piece.body);

function bracket(piece: Piece): Piece {
  const [open, close] = piece.tall ? ['\\left(', '\\right)'] : ['(', ')'];
  return { body: `${open}${signed(piece)}${close}`, binds: ATOM, tall: piece.tall };
}

const atLeast = (binds: number, piece: Piece): Piece =>
  piece.negative || piece.binds < binds ? bracket(piece) : piece;

/** The TeX algebra over a symbol table. Literals that are finite decimals stay decimals; others are fractions. */
export function texAlgebra(symbols: SymbolTable): Algebra<Piece> {
  return {
    number: literal,
    symbol: (name) => {
      const { tex } = symbols.get(name);
      return { body: tex, binds: /[\s^]|\\!/.test(tex) ? PRODUCT : ATOM };
    },
    add: (terms) => ({
      body: terms
        .map((term, i) => (i === 0 ? signed(term) : (term.negative ? ' - ' : ' + ') + term.body))
        .join(''),
      binds: SUM,
      tall: terms.some((term) => term.tall),
    }),
    neg: (a) => ({ ...atLeast(PRODUCT, a), negative: true, binds: PRODUCT }),
    mul: product,
    div: (a, b) => {
      const fraction = { body: `\\frac{${a.body}}{${signed(b)}}`, binds: FRACTION, tall: true, airy: true };
      return a.binds === SUM || !a.negative
        ? { ...fraction, body: `\\frac{${signed(a)}}{${signed(b)}}` }
        : { ...fraction, negative: true };
    },
    pow: (base, exponent) => {
      const raised = `^{${'n' in exponent ? slashed(exponent.n, exponent.d) : signed(exponent)}}`;
      const { argument, body, tall } = base;
      return argument !== undefined && !base.negative && 'n' in exponent && exponent.n > 0n
        ? { body: body.slice(0, -argument.length) + raised + argument, binds: POWER, tall, airy: true }
        : { body: powerBase(base) + raised, binds: POWER, tall };
    },
    call: (name, argument) => call(name, argument),
  };
}

/** Typesets an expression. @throws when it holds a symbol that the table does not declare. */
export function typeset(expr: Expr, symbols: SymbolTable): string {
  return signed(foldExpr(expr, texAlgebra(symbols)));
}

function product(factors: Piece[]): Piece {
  const [first, ...rest] = factors;
  const negative = first.negative ?? false;
  let body = (first.binds < PRODUCT ? bracket(first) : first).body;
  let left: Piece = first;
  for (const factor of rest) {
    const right = atLeast(PRODUCT, factor);
    body += separator(left, right) + right.body;
    left = right;
  }
  return { body, binds: PRODUCT, negative, tall: factors.some((f) => f.tall), airy: left.airy };
}

function separator(left: Piece, right: Piece): string {
  if (/^[\d.]/.test(right.body)) return ' \\cdot ';
  if (/^(\(|\\left\()/.test(right.body)) return left.airy && !/[})]$/.test(left.body) ? '\\,' : '';
  if (left.airy || right.airy) return /^\d+$/.test(left.body) ? '' : '\\,';
  return ' ';
}

const powerBase = (base: Piece): string =>
  base.negative || base.binds < ATOM ? bracket(base).body : base.body;

function call(name: FunctionName, argument: Piece): Piece {
  const inner = signed(argument);
  const tall = argument.tall;
  if (name === 'sqrt') return { body: `\\sqrt{${inner}}`, binds: ATOM, tall, airy: true };
  if (name === 'abs') {
    const [open, close] = tall ? ['\\left|', '\\right|'] : ['|', '|'];
    return { body: `${open}${inner}${close}`, binds: ATOM, tall };
  }
  const bracketed = bracket(argument).body;
  const trigonometric = name === 'sin' || name === 'cos';
  return {
    body: `\\${name}${bracketed}`,
    binds: POWER,
    tall,
    airy: true,
    ...(trigonometric && { argument: bracketed }),
  };
}

function literal(n: bigint, d: bigint): Piece {
  const negative = n < 0n;
  const size = negative ? -n : n;
  if (d === 1n) return { body: `${size}`, binds: ATOM, negative };
  const decimal = finiteDecimal(size, d);
  return decimal === undefined
    ? { body: `\\frac{${size}}{${d}}`, binds: FRACTION, negative, tall: true, airy: true }
    : { body: decimal, binds: ATOM, negative };
}

/** `1/125` as `0.008`; undefined when the decimal does not end within 12 places. */
function finiteDecimal(n: bigint, d: bigint): string | undefined {
  for (let places = 1, scale = 10n; places <= 12; places++, scale *= 10n) {
    if ((n * scale) % d !== 0n) continue;
    const digits = ((n * scale) / d).toString().padStart(places + 1, '0');
    return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  }
  return undefined;
}

const slashed = (n: bigint, d: bigint): string => (d === 1n ? `${n}` : `${n}/${d}`);
