/** Typesetting: one algebra whose values are pieces of TeX that know when they need brackets. */
import { MAX_TEXT, foldExpr, type Algebra, type Expr, type FunctionName } from './expr.ts';

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
  /** Made of numbers alone: beside another such, `2\frac{3}{4}` would be read as a sum. */
  numeric?: boolean;
  /** Ends in what an operator acts on, as `\log q` does: a factor after it would be read into it. */
  open?: boolean;
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

/** How symbols are typeset: a symbol table, or any other rule. */
export type Notation = { get(name: string): { readonly tex: string } };

/** The TeX algebra over a symbol table. Literals that are finite decimals stay decimals; others are fractions. */
export function texAlgebra(symbols: Notation): Algebra<Piece> {
  return {
    number: literal,
    pi: () => ({ body: '\\pi', binds: ATOM, depth: 0, open: false }),
    symbol: (name) => {
      const { tex } = symbols.get(name);
      const binds = /[\s^]|\\!/.test(tex) ? PRODUCT : ATOM;
      return { body: tex, binds, depth: 0, open: operators.test(tex) };
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
      const numeric = a.numeric && b.numeric;
      return { body, negative: a.negative, binds: FRACTION, depth: 0, tall: true, airy: true, numeric };
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

const operators = /\\(nabla|partial|log|ln|exp|sin|cos|operatorname)(?![A-Za-z])/;

/** Typesets an expression. @throws when it holds a symbol that the table does not declare. */
export function typeset(expr: Expr, symbols: Notation): string {
  const { number, pi, symbol, add, mul, div, neg, pow, call } = texAlgebra(symbols);
  return signed(
    foldExpr<Piece>(expr, {
      number,
      pi,
      symbol,
      add: (xs) => readable(add(xs)),
      mul: (xs) => readable(mul(xs)),
      div: (a, b) => readable(div(a, b)),
      neg,
      pow: (base, exponent) => readable(pow(base, exponent)),
      call: (name, arg) => readable(call(name, arg)),
    }),
  );
}

/** A part that nobody could read, such as a minimum of many minima written out, is left out. */
const readable = (piece: Piece): Piece =>
  piece.body.length <= MAX_TEXT ? piece : { body: '\\cdots', binds: ATOM, depth: 0 };

function product(factors: Piece[]): Piece {
  const closed = factors.map((factor, i) =>
    factor.open && i < factors.length - 1 ? bracket(factor) : factor,
  );
  const [first, ...rest] = closed;
  const negative = first.negative ?? false;
  let left = first.binds < PRODUCT ? bracket(first) : first;
  let { body, depth } = left;
  for (const factor of rest) {
    const right = atLeast(PRODUCT, factor);
    body += separator(left, right) + right.body;
    depth = Math.max(depth, right.depth);
    left = right;
  }
  return {
    body,
    binds: PRODUCT,
    negative,
    depth,
    tall: factors.some((f) => f.tall),
    airy: left.airy,
    numeric: factors.every((f) => f.numeric),
    open: left.open,
  };
}

function separator(left: Piece, right: Piece): string {
  if (/^[\d.]/.test(right.body) || (left.numeric && right.numeric)) return ' \\cdot ';
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
  const size = n < 0n ? -n : n;
  return { ...unsigned(size, d), negative: n < 0n, depth: 0, numeric: true };
}

function unsigned(n: bigint, d: bigint): Pick<Piece, 'body' | 'binds' | 'tall' | 'airy'> {
  const plain = d === 1n ? `${n}` : finiteDecimal(n, d);
  const power = powerOfTen(n, d);
  // In line with others a decimal reads better than a power of ten that is hardly shorter: 0.0001.
  const longest = plain === undefined ? `${n}${d}`.length : plain.length - 4;
  if (power !== undefined && power.length <= longest)
    return { body: power.body, binds: /cdot/.test(power.body) ? PRODUCT : POWER };
  if (plain !== undefined) return { body: plain, binds: ATOM };
  return { body: `\\frac{${n}}{${d}}`, binds: FRACTION, tall: true, airy: true };
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

/** `1.5 \cdot 10^{-20}` and how many characters of it are seen; undefined when no decimal is exact. */
function powerOfTen(n: bigint, d: bigint): { body: string; length: number } | undefined {
  let [top, rest, places] = [n, d, 0];
  for (const [prime, other] of [
    [2n, 5n],
    [5n, 2n],
  ])
    while (rest % prime === 0n) [rest, top, places] = [rest / prime, top * other, places + 1];
  if (rest !== 1n || n === 0n) return undefined;
  const digits = top.toString();
  const kept = digits.replace(/0+$/, '');
  const exponent = `${digits.length - 1 - places}`;
  const mantissa = kept.length === 1 ? kept : `${kept[0]}.${kept.slice(1)}`;
  const before = mantissa === '1' ? '' : mantissa;
  return {
    body: `${before && `${before} \\cdot `}10^{${exponent}}`,
    length: before.length + (before ? 3 : 2) + exponent.length,
  };
}

const slashed = (n: bigint, d: bigint): string => (d === 1n ? `${n}` : `${n}/${d}`);
