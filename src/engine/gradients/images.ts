/** Images resampled by straight lines: matrices along their rows and columns. */
import { tf } from '../tf.ts';
import type { Inputs } from '../composed.ts';
import { gradient } from './shapes.ts';

interface Resize {
  size: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

/** Weights of the old places in each new one: [now, old]. */
function weights(old: number, now: number, { alignCorners, halfPixelCenters }: Resize): tf.Tensor2D {
  const scale = alignCorners && now > 1 ? (old - 1) / (now - 1) : old / now;
  const rows = Array.from({ length: now }, (_, i) => {
    const at = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
    const low = Math.floor(at);
    const row = new Float32Array(old);
    row[Math.min(Math.max(low, 0), old - 1)]! += 1 - (at - low);
    row[Math.min(Math.max(low + 1, 0), old - 1)]! += at - low;
    return Array.from(row);
  });
  return tf.tensor2d(rows, [now, old]);
}

const resize = gradient<Resize>('ResizeBilinear', ['images'], (dy, [images], attrs) => ({
  images: () => {
    const [, height, width] = images!.shape as [number, number, number, number];
    const rows = tf.einsum('bijc,ih->bhjc', dy, weights(height, attrs.size[0], attrs));
    return tf.einsum('bhjc,jw->bhwc', rows, weights(width, attrs.size[1], attrs));
  },
}));

interface Crop {
  cropSize: [number, number];
  extrapolationValue: number;
  method: 'bilinear' | 'nearest';
}

/** Along one axis of each box: where the places of its crop lie, and how that depends on the box's two ends. */
function axisOf(low: tf.Tensor, high: tf.Tensor, old: number, count: number) {
  const part = count > 1 ? tf.div(tf.range(0, count), count - 1) : tf.tensor1d([0.5]);
  const share = tf.mul(tf.reshape(part, [1, count]), old - 1); // [1, count]: of the high end
  const rest = tf.sub(old - 1, share);
  const at = tf.add(tf.mul(tf.reshape(low, [-1, 1]), rest), tf.mul(tf.reshape(high, [-1, 1]), share));
  const inside = tf.cast(tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, old - 1)), 'float32');
  const distance = tf.sub(tf.expandDims(at, 2), tf.reshape(tf.range(0, old), [1, 1, old])); // [boxes, count, old]
  return { at, share, rest, inside: tf.expandDims(inside, 2), distance };
}

type Axis = ReturnType<typeof axisOf>;

/** Weights of the image's places in the crop's, [boxes, count, old]: a tent, or 1 at the nearest. */
function cropWeights({ at, inside, distance }: Axis, { method }: Crop): tf.Tensor {
  if (method === 'nearest') {
    const nearest = tf.floor(tf.add(at, 0.5));
    const place = tf.reshape(tf.range(0, distance.shape[2]!), [1, 1, -1]);
    return tf.mul(tf.cast(tf.equal(tf.expandDims(nearest, 2), place), 'float32'), inside);
  }
  const near = tf.relu(tf.sub(1, tf.abs(distance)));
  return tf.mul(near, inside);
}

/** Slopes to the low and the high end from those to the weights. */
function endSlopes({ share, rest, inside, distance }: Axis, slopes: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const turn = tf.where(tf.less(tf.abs(distance), 1), tf.neg(tf.sign(distance)), 0);
  const places = tf.sum(tf.mul(tf.mul(slopes, turn), inside), 2); // [boxes, count]
  return [tf.sum(tf.mul(places, rest), 1), tf.sum(tf.mul(places, share), 1)];
}

function cropAxes(image: tf.Tensor, boxes: tf.Tensor, { cropSize }: Crop): [Axis, Axis] {
  const [, height, width] = image.shape as [number, number, number, number];
  const [y1, x1, y2, x2] = tf.unstack(boxes, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return [axisOf(y1, y2, height, cropSize[0]), axisOf(x1, x2, width, cropSize[1])];
}

/** The crop itself, where a backend has no right kernel of it. */
export function cropNearest({ image, boxes, boxInd }: Inputs, attrs: Crop): tf.Tensor {
  const [vertical, horizontal] = cropAxes(image!, boxes!, attrs);
  const own = tf.gather(image!, boxInd as tf.Tensor1D);
  const across = tf.einsum('bhwc,bjw->bhjc', own, cropWeights(horizontal, attrs));
  const crop = tf.einsum('bhjc,bih->bijc', across, cropWeights(vertical, attrs));
  const inside = tf.mul(vertical.inside, tf.reshape(horizontal.inside, [boxes!.shape[0]!, 1, -1]));
  return tf.where(tf.greater(tf.expandDims(inside, 3), 0), crop, attrs.extrapolationValue);
}

const crop = gradient<Crop>(
  'CropAndResize',
  ['image', 'boxes', 'boxInd'],
  (dy, [image, boxes, owner], attrs) => {
    const [count, height, width, channels] = image!.shape as [number, number, number, number];
    const [vertical, horizontal] = cropAxes(image!, boxes!, attrs);
    const [rows, columns] = [cropWeights(vertical, attrs), cropWeights(horizontal, attrs)];
    return {
      image: () => {
        const wide = tf.einsum('bijc,bjw->biwc', dy, columns);
        const whole = tf.einsum('biwc,bih->bhwc', wide, rows);
        const flat = tf.reshape(whole, [-1, height * width * channels]);
        return tf.reshape(tf.unsortedSegmentSum(flat, owner as tf.Tensor1D, count), image!.shape);
      },
      boxes: () => {
        if (attrs.method === 'nearest') return tf.zeros(boxes!.shape);
        const own = tf.gather(image!, owner as tf.Tensor1D); // [boxes, height, width, channels]
        const across = tf.einsum('bhwc,bjw->bhjc', own, columns);
        const down = tf.einsum('bhwc,bih->biwc', own, rows);
        const [top, bottom] = endSlopes(vertical, tf.einsum('bijc,bhjc->bih', dy, across));
        const [left, right] = endSlopes(horizontal, tf.einsum('bijc,biwc->bjw', dy, down));
        return tf.stack([top, left, bottom, right], 1);
      },
    };
  },
);

export const imageGradients: readonly tf.GradConfig[] = [resize, crop];
