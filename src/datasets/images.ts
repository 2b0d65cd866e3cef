import { checkValue, instanceOf, listOf, text, whole } from '../options/index.ts';

/** A set of labelled images, kept as bytes; floats are made for the images asked for. */
export interface ImageSet {
  readonly name: string;
  /** [height, width, channels] of one image. */
  readonly shape: readonly [number, number, number];
  readonly count: number;
  /** [count, height, width, channels], 0 (background) to 255. */
  readonly pixels: Uint8Array;
  /** [count], the class of each image. */
  readonly labels: Uint8Array;
  /** [n, height, width, channels] in [−1, 1] for the given indices (all images when left out). */
  images(indices?: ArrayLike<number>): Float32Array;
  /** The images at `indices`, as a set of their own. */
  take(indices: ArrayLike<number>, name?: string): ImageSet;
}

/** @throws Error when the numbers of pixels and labels do not agree with `shape`; OptionError for arguments of other kinds */
export function imageSet(
  name: string,
  shape: readonly [number, number, number],
  pixels: Uint8Array,
  labels: Uint8Array,
): ImageSet {
  checkValue('imageSet', 'name', name, text);
  checkValue('imageSet', 'shape', shape, listOf(whole({ min: 1 }), { length: 3 }));
  checkValue('imageSet', 'pixels', pixels, instanceOf(Uint8Array, 'a Uint8Array'));
  checkValue('imageSet', 'labels', labels, instanceOf(Uint8Array, 'a Uint8Array'));
  const size = shape[0] * shape[1] * shape[2];
  const count = labels.length;
  if (pixels.length !== count * size) {
    throw new Error(
      `${name}: ${pixels.length} pixels, expected ${count * size} for ${count} labels of ${shape.join('×')}`,
    );
  }
  const check = (index: number): number => {
    if (Number.isInteger(index) && index >= 0 && index < count) return index;
    throw new Error(`${name}: no image ${index}; there are ${count}, from 0 to ${count - 1}`);
  };
  return Object.freeze({
    name,
    shape,
    count,
    pixels,
    labels,
    images(indices?: ArrayLike<number>): Float32Array {
      if (indices === undefined) return Float32Array.from(pixels, toSigned);
      const out = new Float32Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        const from = check(indices[i]) * size;
        for (let j = 0; j < size; j++) out[i * size + j] = toSigned(pixels[from + j]);
      }
      return out;
    },
    take(indices: ArrayLike<number>, newName = name): ImageSet {
      const chosen = new Uint8Array(indices.length * size);
      const chosenLabels = new Uint8Array(indices.length);
      for (let i = 0; i < indices.length; i++) {
        const index = check(indices[i]);
        chosen.set(pixels.subarray(index * size, (index + 1) * size), i * size);
        chosenLabels[i] = labels[index];
      }
      return imageSet(newName, shape, chosen, chosenLabels);
    },
  });
}

/** A byte as the model sees it: 0 → −1, 255 → 1. */
const toSigned = (byte: number): number => byte / 127.5 - 1;
