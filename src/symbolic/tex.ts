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
  /** How deep brackets nest inside; they alternate between ( ) and [ ]. */
  depth: number;
  /** Of sin and cos: the argument in its brackets, so that a power goes before it. */
  argument?: string;
}

const signed = (piece: Piece): string => (piece.negative ? `-${piece.body}` : piece.body);

function bracket(piece: Piece): Piece {
  const [open, close] = piece.depth % 2 === 0 ? ['(', ')'] : ['[', ']'];
  const [left, right] = piece.tall ? [`\\left${open}`, `\\right${close}`] : [open, close];
  return { body: `${left}${signed(piece)}${right}`, binds: ATOM, tall: piece.tall, depth: piece.depth + 1 };
}

const deepest = (pieces: readonly Piece[]): number => Math.max(...pieces.map(({ depth }) => depth));

const atLeast = (binds: number, piece: Piece): Piece =>
  piece.negative || piece.binds < binds ? bracket(piece) : piece;

/** The TeX algebra over a symbol table. Literals that are finite decimals stay decimals; others are fractions. */
export function texAlgebra(symbols: SymbolTable): Algebra<Piece> {
  return {
    number: literal,
    symbol: (name) => {
      const { tex } = symbols.get(name);
      return { body: tex, binds: /[\s^]|\\!/.test(tex) ? PRODUCT : ATOM, depth: 0 };
    },
    add: (terms) => ({
      body: terms
        .map((term, i) => (i === 0 ? signed(term) : (term.negative ? ' - ' : ' + ') + term.body))
        .join(''),
      binds: SUM,
      depth: deepest(terms),
      tall: terms.some((term) => term.tall),
    }),
    neg: (a) => ({ ...atLeast(PRODUCT, a), negative: true, binds: PRODUCT }),
    mul: product,
    div: (a, b) => {
      // The sign of the numerator goes before the fraction.
      const body = `\\frac{${a.body}}{${signed(b)}}`;
      return { body, negative: a.negative, binds: FRACTION, depth: 0, tall: true, airy: true };
    },
    pow: (base, exponent) => {
      const raised = `^{${'n' in exponent ? slashed(exponent.n, exponent.d) : signed(exponent)}}`;
      const { argument, body, tall, depth } = base;
      return argument !== undefined && !base.negative && 'n' in exponent && exponent.n > 0n
        ? { body: body.slice(0, -argument.length) + raised + argument, binds: POWER, tall, depth, airy: true }
        : { body: powerBase(base).body + raised, binds: POWER, tall, depth: powerBase(base).depth };
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
  let left = first.binds < PRODUCT ? bracket(first) : first;
  let { body, depth } = left;
  for (const factor of rest) {
    const right = atLeast(PRODUCT, factor);
    body += separator(left, right) + right.body;
    depth = Math.max(depth, right.depth);
    left = right;
  }
  return { body, binds: PRODUCT, negative, depth, tall: factors.some((f) => f.tall), airy: left.airy };
}

function separator(left: Piece, right: Piece): string {
  if (/^[\d.]/.test(right.body)) return ' \\cdot ';
  if (/^(\\left)?[([]/.test(right.body)) return left.airy && !/[})\]]$/.test(left.body) ? '\\,' : '';
  if (left.airy || right.airy) return /^\d+$/.test(left.body) ? '' : '\\,';
  return ' ';
}

const powerBase = (base: Piece): Piece => (base.negative || base.binds < ATOM ? bracket(base) : base);

function call(name: FunctionName, argument: Piece): Piece {
  const inner = signed(argument);
  const { tall, depth } = argument;
  if (name === 'sqrt') return { body: `\\sqrt{${inner}}`, binds: ATOM, tall, depth: 0, airy: true };
  if (name === 'abs') {
    const [open, close] = tall ? ['\\left|', '\\right|'] : ['|', '|'];
    return { body: `${open}${inner}${close}`, binds: ATOM, tall, depth };
  }
  const bracketed = bracket(argument).body;
  const trigonometric = name === 'sin' || name === 'cos';
  return {
    body: name === 'erf' ? `\\operatorname{erf}${bracketed}` : `\\${name}${bracketed}`,
    binds: POWER,
    tall,
    depth: depth + 1,
    airy: true,
    ...(trigonometric && { argument: bracketed }),
  };
}

function literal(n: bigint, d: bigint): Piece {
  const negative = n < 0n;
  const size = negative ? -n : n;
  if (d === 1n) return { body: `${size}`, binds: ATOM, negative, depth: 0 };
  const decimal = finiteDecimal(size, d);
  return decimal === undefined
    ? { body: `\\frac{${size}}{${d}}`, binds: FRACTION, negative, depth: 0, tall: true, airy: true }
    : { body: decimal, binds: ATOM, negative, depth: 0 };
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
