import { it } from 'vitest';
import { fuzzDecisions } from './hostile.ts';

const MINUTES = Number(process.env.SCOREBOOK_FUZZ_MINUTES ?? 10);

it(
  `any claim gets a verdict in time, for ${MINUTES} minutes`,
  () => {
    const end = Date.now() + MINUTES * 60_000;
    for (let seed = 1; Date.now() < end; seed++) fuzzDecisions(100, seed);
  },
  (MINUTES + 5) * 60_000,
);
