import { it } from 'vitest';
import { fuzzDecisions } from './hostile.ts';

it(
  'any claim gets a verdict in time, and none is a fault of the checker',
  () => fuzzDecisions(40, 1),
  60_000,
);
