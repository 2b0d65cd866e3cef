import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Evaluation } from '../../../src/symbolic/chains/evaluate.ts';
import { approximate, exact } from '../../../src/symbolic/chains/exact.ts';
import { FiniteModel } from '../../../src/symbolic/chains/finite.ts';
import { ground } from '../../../src/symbolic/chains/ground.ts';
import { parseChain } from '../../../src/symbolic/index.ts';
import { rational } from '../../../src/symbolic/rational.ts';
import { ddim, ddpm } from './models.ts';

interface Case {
  kind: 'markov' | 'ddim';
  states: number;
  length: number;
  weights: number[];
  at: Record<string, number>;
  values: Record<string, string>;
}
const file = new URL('../../reference/chains.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

test.each(cases)(
  'on a $kind chain of $states states and T = $length every quantity is what Python finds by enumerating paths',
  ({ kind, states, length, weights, at, values }) => {
    const model = kind === 'markov' ? ddpm : ddim;
    const left = [...weights];
    const draw = () => rational(BigInt(left.shift()!));
    const finite = new FiniteModel(model, { states, length }, exact, draw);
    expect(left).toEqual([]);
    const evaluation = new Evaluation(finite, exact);
    for (const [text, expected] of Object.entries(values)) {
      const found = evaluation.at(ground(parseChain(text), length), new Map(Object.entries(at)));
      const { value, error } = approximate(found);
      expect(error).toBeLessThan(1e-11);
      expect(Math.abs(value - Number(expected)), text).toBeLessThan(1e-12);
    }
  },
);
