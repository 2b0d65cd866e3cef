/** Numbers and conditions of a verdict, made short enough to read and typeset. */
import { symbolsOf } from './expr.ts';
import { parse } from './parse.ts';
import { typeset, type Notation } from './tex.ts';

const comparison = /^(.+?)\s*(≠|≥|≤|>|<|=)\s*(.+)$/;

/** The symbols that a condition such as `x - y ≠ 0` reads. */
export function conditionSymbols(text: string): string[] {
  const match = comparison.exec(text);
  return match === null ? [] : [match[1], match[3]].flatMap((side) => symbolsOf(parse(side)));
}

/** `x ≠ 0` as TeX; a condition that is not `a ≠ b` or the like stays as words. */
export function conditionTex(text: string, symbols: Notation): string {
  const match = comparison.exec(text);
  if (match === null) return `\\text{${text.replace(/[\\{}$%#&_^~]/g, ' ')}}`;
  const signs: Record<string, string> = {
    '≠': '\\ne',
    '≥': '\\ge',
    '≤': '\\le',
    '>': '>',
    '<': '<',
    '=': '=',
  };
  return `${typeset(parse(match[1]), symbols)} ${signs[match[2]]} ${typeset(parse(match[3]), symbols)}`;
}

/** A rational or decimal text as TeX: `1/2` stays in line, `1e-30` becomes a power of ten. */
export function valueTex(text: string): string {
  const [mantissa, exponent] = text.split('e');
  return exponent === undefined
    ? mantissa
    : `${mantissa === '1' ? '' : `${mantissa} \\cdot `}10^{${Number(exponent)}}`;
}

/** Two decimals with as many digits as it takes to tell them apart, at least five significant ones. */
export function shortPair(lhs: string, rhs: string): [string, string] {
  for (let digits = 5; digits < 300; digits += 3) {
    const pair: [string, string] = [shorten(lhs, digits), shorten(rhs, digits)];
    if (pair[0] !== pair[1]) return pair;
  }
  return [lhs, rhs];
}

/** A decimal cut to significant digits, rounded half up in its last one. */
function shorten(text: string, digits: number): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(e[+-]?\d+)?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole, fraction = '', exponent = ''] = match;
  const all = whole + fraction;
  const first = all.search(/[1-9]/);
  if (first < 0 || all.length - first <= digits || first + digits < whole.length) return text;
  const kept = BigInt(all.slice(0, first + digits)) + (all[first + digits] >= '5' ? 1n : 0n);
  const places = first + digits - whole.length;
  const padded = kept.toString().padStart(places + 1, '0');
  const [head, tail] = [padded.slice(0, padded.length - places), padded.slice(padded.length - places)];
  const short = tail.replace(/0+$/, '');
  return `${sign}${head}${short === '' ? '' : `.${short}`}${exponent}`;
}
