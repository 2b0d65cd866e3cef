import fc from 'fast-check';
import { expect } from 'vitest';
import { parse, ParseError, toText } from '../../src/symbolic/index.ts';

const pieces = ['x', 'alpha', '1', '0.5', '1e-3', '2e', '+', '-', '*', '/', '^', '(', ')', 'sqrt(', 'log(', 'exp', 'abs', ',', '.', ' ', '__proto__', 'constructor', 'true', 'NaN', '[', '{', '"', ';', '=', '<', '!', "'", '%', 'mod', 'to', 'i', '#', '\n', '∞', 'ᾱ', '0x', '1_0', ':', '?', '.a']; // prettier-ignore

/** Any text either parses, and then prints to a text that parses to the same print, or is refused with a position. */
export function fuzzParser(numRuns: number, seed: number): void {
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(soup, fc.string({ maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 20 })),
      (text) => {
        let printed: string;
        try {
          printed = toText(parse(text));
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
          expect((error as ParseError).position).toBeGreaterThanOrEqual(1);
          expect((error as ParseError).position).toBeLessThanOrEqual(text.length + 1);
          return;
        }
        expect(toText(parse(printed))).toBe(printed);
      },
    ),
    { numRuns, seed },
  );
}
