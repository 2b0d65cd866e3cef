/** A position in the tokens of a text. */
import { ParseError } from '../parse.ts';
import { tokens, type Token } from './lex.ts';
import type { Index } from './syntax.ts';
import { wordFault } from './words.ts';

export class Cursor {
  readonly text: string;
  private readonly list: Token[];
  private i = 0;

  constructor(text: string) {
    this.text = text;
    this.list = tokens(text);
  }

  get token(): Token {
    return this.list[this.i];
  }

  is(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.text === sign;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.i++;
    return token;
  }

  take(sign: string): boolean {
    const found = this.is(sign);
    if (found) this.i++;
    return found;
  }

  expect(sign: string): void {
    if (!this.take(sign)) throw this.error(`expected "${sign}", got "${this.token.text}"`);
  }

  error(message: string, token = this.token): ParseError {
    return new ParseError(message, this.text, token.at + 1);
  }

  end(): void {
    if (this.token.kind !== 'end') throw this.error(`unexpected "${this.token.text}"`);
  }

  /** @throws ParseError for a word that means something already */
  requireFree(word: Token): void {
    const fault = wordFault(word.text);
    if (fault !== undefined) throw this.error(fault, word);
  }

  /** 0, t, T, t-1 */
  indexOf(): Index {
    const first = this.next();
    if (first.kind === 'number') return { base: '', plus: Number(first.text) };
    if (first.kind !== 'word') throw this.error(`expected an index, got "${first.text}"`, first);
    if (first.text !== 'T') this.requireFree(first);
    if (!this.is('+') && !this.is('-')) return { base: first.text, plus: 0 };
    const sign = this.next().text === '-' ? -1 : 1;
    const by = this.next();
    if (by.kind !== 'number') throw this.error(`expected a number after "${first.text}±"`, by);
    return { base: first.text, plus: sign * Number(by.text) };
  }
}
