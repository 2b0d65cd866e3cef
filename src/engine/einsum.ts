/** Einstein summation: its gradient, which tfjs has on no backend, and itself from matrix products where a kernel is missing. */
import { tf } from './tf.ts';

interface Equation {
  /** Labels of each operand: 'bij', 'bjk'. */
  terms: string[];
  result: string;
}

function parse(equation: string): Equation {
  const [left, result, ...rest] = equation.replaceAll(' ', '').split('->');
  if (left === undefined || result === undefined || rest.length > 0 || /[^A-Za-z,]/.test(left + result)) {
    throw new Error(`einsum: ${JSON.stringify(equation)}, expected letters, commas and one arrow: ij,jk->ik`);
  }
  const terms = left.split(',');
  const repeated = [...terms, result].find((term) => new Set(term).size < term.length);
  if (repeated !== undefined) {
    throw new Error(`einsum: ${repeated} in ${JSON.stringify(equation)} repeats a label, expected each once`);
  }
  return { terms, result };
}

const only = (labels: string, test: (label: string) => boolean) => [...labels].filter(test).join('');
const places = (labels: string, from: string) => [...labels].map((label) => from.indexOf(label));

/** Sums x [labels] over what is not in `kept`. */
function reduce(x: tf.Tensor, labels: string, kept: string): { x: tf.Tensor; labels: string } {
  const gone = only(labels, (label) => !kept.includes(label));
  return {
    x: gone ? tf.sum(x, places(gone, labels)) : x,
    labels: only(labels, (label) => kept.includes(label)),
  };
}

/** a [la] and b [lb] → [batch, free of a, free of b], as one batched matrix product. */
function product(a: tf.Tensor, la: string, b: tf.Tensor, lb: string, kept: string) {
  const shared = only(la, (label) => lb.includes(label));
  const batch = only(shared, (label) => kept.includes(label));
  const summed = only(shared, (label) => !kept.includes(label));
  const freeA = only(la, (label) => !shared.includes(label));
  const freeB = only(lb, (label) => !shared.includes(label));
  const sizes = new Map([
    ...[...la].map((l, i) => [l, a.shape[i]!]),
    ...[...lb].map((l, i) => [l, b.shape[i]!]),
  ] as [string, number][]);
  const count = (labels: string) => [...labels].reduce((n, label) => n * sizes.get(label)!, 1);
  const left = tf.reshape(tf.transpose(a, places(batch + freeA + summed, la)), [
    ...[count(batch), count(freeA), count(summed)],
  ]);
  const right = tf.reshape(tf.transpose(b, places(batch + summed + freeB, lb)), [
    ...[count(batch), count(summed), count(freeB)],
  ]);
  const labels = batch + freeA + freeB;
  const x = tf.reshape(
    tf.matMul(left, right),
    [...labels].map((label) => sizes.get(label)!),
  );
  return { x, labels };
}

/** einsum by sums, transposes and batched matrix products, operands from left to right. */
export function einsumByProducts(equation: string, operands: readonly tf.Tensor[]): tf.Tensor {
  const { terms, result } = parse(equation);
  let whole: { x: tf.Tensor; labels: string } | undefined;
  terms.forEach((term, i) => {
    const later = result + terms.slice(i + 1).join('');
    const others = later + (whole?.labels ?? '');
    const next = reduce(operands[i]!, term, others);
    whole = whole ? product(whole.x, whole.labels, next.x, next.labels, later) : next;
  });
  const { x, labels } = reduce(whole!.x, whole!.labels, result);
  return tf.transpose(x, places(result, labels));
}

/**
 * The gradient to one operand is an einsum too: dy with the other operands, summed to this operand's labels. Labels that
 * only this operand has were summed away, so their gradient is the same all along them.
 */
function gradientTo(
  which: number,
  equation: string,
  dy: tf.Tensor,
  operands: readonly tf.Tensor[],
): tf.Tensor {
  const { terms, result } = parse(equation);
  const others = terms.filter((_, i) => i !== which);
  const term = terms[which]!;
  const known = only(term, (label) => (result + others.join('')).includes(label));
  const grad = tf.einsum(
    `${[result, ...others].join()}->${known}`,
    ...[dy, ...operands.filter((_, i) => i !== which)],
  );
  if (known === term) return grad;
  const { shape } = operands[which]!;
  const kept = [...term].map((label, i) => (known.includes(label) ? shape[i]! : 1));
  return tf.broadcastTo(tf.reshape(grad, kept), shape);
}

export const einsumGradient: tf.GradConfig = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const { equation } = attrs as unknown as { equation: string };
    return Object.fromEntries(
      saved.map((_, i) => [i, () => gradientTo(i, equation, dy as tf.Tensor, saved)]),
    );
  },
};
