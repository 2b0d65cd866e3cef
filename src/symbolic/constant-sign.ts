import {
  UNKNOWN,
  absBall,
  addBalls,
  ball,
  excludesZero,
  fromRational,
  isPositive,
  mulBalls,
  powBall,
  type Ball,
} from './ball.ts';
import { expBall, logBall, rootPowBall } from './ball-functions.ts';
import { erfBall, piBall } from './erf.ts';
import { topological, type Node } from './node.ts';
import { UNKNOWN_SIGN, type Sign } from './poly.ts';

const BITS = [224, 896] as const;

/** The sign of a node without symbols: its error ball excludes 0, or nothing is said. */
export function constantSign(node: Node): Sign {
  const order = topological([node]);
  if (order.some((n) => n.kind === 'sym')) return UNKNOWN_SIGN;
  for (const bits of BITS) {
    const values = new Map<Node, Ball>();
    for (const n of order)
      values.set(
        n,
        evaluate(n, (child) => values.get(child)!, bits),
      );
    const value = values.get(node)!;
    if (excludesZero(value)) return { sign: isPositive(value) ? 1 : -1, strict: true };
  }
  return UNKNOWN_SIGN;
}

function evaluate(node: Node, of: (node: Node) => Ball, bits: number): Ball {
  switch (node.kind) {
    case 'num':
      return fromRational(node, bits);
    case 'pi':
      return piBall(bits);
    case 'sym':
      return UNKNOWN;
    case 'erf':
      return erfBall(of(node.arg), bits);
    case 'add':
      return node.args.map(of).reduce((a, b) => addBalls(a, b, bits), ball(0n, 0n, 0));
    case 'mul':
      return node.args.map(of).reduce((a, b) => mulBalls(a, b, bits));
    case 'pow': {
      const { base, exponent } = node;
      return exponent.d === 1n ? powBall(of(base), exponent.n, bits) : rootPowBall(of(base), exponent, bits);
    }
    case 'abs':
      return absBall(of(node.arg));
    case 'log':
      return logBall(absBall(of(node.arg)), bits);
    case 'exp':
      return expBall(of(node.arg), bits);
  }
}
