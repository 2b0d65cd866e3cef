/** Images with channels first, brought to channels last and back. */
import { tf } from './tf.ts';

type Attrs = Record<string, unknown>;

const TO_LAST = [0, 2, 3, 1];
const TO_FIRST = [0, 3, 1, 2];

export const isChannelsFirst = ({ dataFormat }: Attrs): boolean => dataFormat === 'NCHW';
export const toLast = (x: tf.Tensor): tf.Tensor => tf.transpose(x, TO_LAST);
export const toFirst = (x: tf.Tensor): tf.Tensor => tf.transpose(x, TO_FIRST);
export const shapeLast = (shape: readonly number[]): number[] => TO_LAST.map((axis) => shape[axis]!);

/** The attributes of the same convolution with channels last. */
export function channelsLast(attrs: Attrs): Attrs {
  const { pad } = attrs;
  return {
    ...attrs,
    dataFormat: 'NHWC',
    pad: Array.isArray(pad) ? TO_LAST.map((axis) => (pad as number[][])[axis]) : pad,
  };
}
