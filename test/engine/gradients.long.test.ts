/** The whole table of `gradients.test.ts`, traced. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, tf, useBackend } from '../../src/engine/index.ts';
import {
  casesOf,
  difference,
  named,
  operations,
  ORDERS,
  prepared,
  refusal,
  tensorsOf,
  TOLERANCE,
  type Case,
} from './differentiation.ts';
import { runs } from './tensorflow.ts';

describe.runIf(runs('tensorflow'))('compiled', () => {
  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow' });
  });

  test.each(operations)('%s has its values, slopes and second slopes in a compiled function', async (op) => {
    const list = casesOf(op);
    const orders = (one: Case) => ORDERS.filter((order) => !refusal('tensorflow', one, order));
    const all = compile((given: tf.Tensor[][][]) =>
      list.map((one, i) => orders(one).map((order) => prepared(one, given[i])[order]())),
    );
    const found = await all(list.map(tensorsOf));
    list.forEach((one, i) =>
      orders(one).forEach((order, j) =>
        expect(difference(found[i]![j]!, one[order]), named(one, order)).toBeLessThan(TOLERANCE[order]),
      ),
    );
    all.dispose();
  });
});
