import { expect, it } from 'vitest';
import { hasTensorFlow } from '../engine/tensorflow.ts';
import { startRanks } from './team.ts';

it.runIf(hasTensorFlow)('a rank that stands still is missed within 30 s', { timeout: 120_000 }, async () => {
  let stopped = 0;
  const options = { steps: 100_000, batch: 8, seed: 3, validateEvery: 0 };
  const ranks = await startRanks(2, options, (rank, said) => {
    if (rank !== 0) return;
    if (stopped === 0 && said.includes('step 3')) {
      stopped = performance.now();
      ranks.kill(1, 'SIGSTOP');
    }
    if (!said.includes('PeerLost')) return;
    expect(performance.now() - stopped).toBeLessThan(30_000);
    ranks.kill(1, 'SIGKILL'); // it cannot end by itself
  });
  const [first] = await ranks.ends;
  expect(first!.status).toBe(1);
  expect(first!.stderr).toMatch(/PeerLost: rank 1 of 2 .*does not answer: .*deadline/i);
});
