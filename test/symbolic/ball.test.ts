import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { addBalls, fromRational, log2Bound, negBall, sqrtBall, type Ball } from '../../src/symbolic/ball.ts';
import { expBall, logBall, rootPowBall } from '../../src/symbolic/ball-functions.ts';
import { parseDecimal, rational } from '../../src/symbolic/rational.ts';

type Row = [fn: 'exp' | 'log' | 'sqrt' | 'cbrt', n: string, d: string, value: string];
const rows = JSON.parse(
  readFileSync(new URL('../reference/checker_balls.json', import.meta.url), 'utf8'),
) as Row[];

const functions: Record<Row[0], (x: Ball, bits: number) => Ball> = {
  exp: expBall,
  log: logBall,
  sqrt: sqrtBall,
  cbrt: (x, bits) => rootPowBall(x, rational(1n, 3n), bits),
};

it.each([224, 448, 896])('balls at %i bits hold the true value and are narrow', (bits) => {
  for (const [fn, n, d, value] of rows) {
    const found = functions[fn](fromRational(rational(BigInt(n), BigInt(d)), bits), bits);
    expect([fn, n, d, found.state]).toEqual([fn, n, d, 'value']);
    // The reference is rounded at 300 digits, so the difference may exceed the radius by 1e-298 relative.
    const difference = addBalls(found, negBall(fromRational(parseDecimal(value)!, 2000)), 2000);
    const radius = log2Bound({ ...found, m: 0n });
    const size = log2Bound(found);
    const middle = difference.m < 0n ? -difference.m : difference.m;
    expect(log2Bound({ ...difference, m: middle, r: 0n })).toBeLessThanOrEqual(
      Math.max(radius, size - 980) + 1,
    );
    expect(radius).toBeLessThan(size - bits + 60);
  }
});
