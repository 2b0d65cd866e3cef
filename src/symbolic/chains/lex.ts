/** Characters to tokens. TeX spellings of the same things are read too: `\theta`, `\|`, `\mid`, `x_{1:T}`. */
import { ParseError } from '../parse.ts';

export interface Token {
  /** A number, a word, or the sign itself. */
  readonly kind: 'number' | 'word' | 'sign' | 'end';
  readonly text: string;
  /** From 0. */
  readonly at: number;
}

const MAX_LENGTH = 4_000; // characters: far beyond any line of a derivation

const signs = ['||', '<=', '>=', '≤', '≥', '=', '+', '-', '*', '/', '^', '(', ')', '[', ']', '{', '}'];
const small = [',', '|', '_', ':'];

/** @throws ParseError at a character that no statement holds. */
export function tokens(text: string): Token[] {
  if (text.length > MAX_LENGTH)
    throw new ParseError(`statement longer than ${MAX_LENGTH} characters`, text, MAX_LENGTH);
  const found: Token[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const word = /^(?:\\?[A-Za-z]+|π)/.exec(rest);
    const digits = /^\d+/.exec(rest);
    const sign = [...signs, ...small].find((s) => rest.startsWith(s));
    if (word) found.push({ kind: 'word', text: word[0].replace('\\', '').replace('π', 'pi'), at });
    else if (digits) found.push({ kind: 'number', text: digits[0], at });
    else if (sign) found.push({ kind: 'sign', text: sign === '<=' ? '≤' : sign === '>=' ? '≥' : sign, at });
    else throw new ParseError(`unexpected "${rest[0]}"`, text, at + 1);
    at += (word ?? digits)?.[0].length ?? sign!.length;
  }
  return [...found, { kind: 'end', text: 'the end', at: text.length }];
}
