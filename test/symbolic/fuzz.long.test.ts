import { it } from 'vitest';
import { fuzzParser } from './fuzz.ts';

const MINUTES = Number(process.env.SCOREBOOK_FUZZ_MINUTES ?? 10);

it(
  `any text parses or is refused with a position, for ${MINUTES} minutes`,
  () => {
    const end = Date.now() + MINUTES * 60_000;
    for (let seed = 1; Date.now() < end; seed++) fuzzParser(5000, seed);
  },
  (MINUTES + 2) * 60_000,
);
