import { it } from 'vitest';
import { fuzzParser } from './fuzz.ts';

it('any text parses or is refused with a position', () => fuzzParser(3000, 1));
