import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mnist } from '../../src/datasets/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-mnist-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** An IDX file of the given sizes; the bytes count up. */
function idx(...shape: number[]): Buffer {
  const size = shape.reduce((a, b) => a * b, 1);
  const file = Buffer.alloc(4 + 4 * shape.length + size);
  file.writeUInt32BE(0x800 | shape.length, 0);
  shape.forEach((n, i) => file.writeUInt32BE(n, 4 + 4 * i));
  for (let i = 0; i < size; i++) file[4 + 4 * shape.length + i] = i % 251;
  return file;
}

/** A folder with four small well-formed files, some of them replaced. */
function folder(name: string, replaced: Record<string, Buffer> = {}): string {
  const root = mkdtempSync(join(scratch, `${name}-`));
  const files = {
    'train-images-idx3-ubyte': idx(20, 3, 2),
    'train-labels-idx1-ubyte': idx(20),
    't10k-images-idx3-ubyte': idx(5, 3, 2),
    't10k-labels-idx1-ubyte': idx(5),
    ...replaced,
  };
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(root, file), bytes);
  return root;
}
const small = (root: string) => mnist({ root, validation: 4, verify: false });

describe('the packaged digits', () => {
  const { train, validation, test } = mnist();

  it('has the published counts, classes and grey values', () => {
    expect([train.count, validation.count, test.count]).toEqual([55_000, 5_000, 10_000]);
    expect(train.shape).toEqual([28, 28, 1]);
    // Counts of each class in the original training files, from the MNIST literature.
    const counts = new Array<number>(10).fill(0);
    for (const set of [train, validation]) for (const label of set.labels) counts[label]++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    // The mean used by every PyTorch example: 0.1307 on the scale 0…1.
    const sum = [train, validation].reduce((s, set) => s + set.pixels.reduce((a, b) => a + b, 0), 0);
    expect(sum / 255 / 784 / 60_000).toBeCloseTo(0.1307, 4);
    expect(Array.from(test.labels.subarray(0, 10))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  it('gives floats from −1 to 1 for the images asked for, in that order', () => {
    const two = test.images([3, 0]);
    expect(two.length).toBe(2 * 784);
    expect(two.reduce((a, b) => Math.min(a, b))).toBe(-1);
    expect(two.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(1);
    for (let i = 0; i < 784; i++) expect(two[784 + i]).toBeCloseTo((test.pixels[i] - 127.5) / 127.5, 6);
    expect(() => test.images([10_000])).toThrow(
      'mnist test: no image 10000; there are 10000, from 0 to 9999',
    );
  });

  it('splits the same for the same seed, otherwise for another, and never shares an image', () => {
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(digest(mnist().validation.pixels)).toBe(digest(validation.pixels));
    expect(digest(mnist({ seed: 1 }).validation.pixels)).not.toBe(digest(validation.pixels));
    // Every training image is in one part exactly: rows are unique enough to count them.
    const rows = new Map<string, number>();
    for (const set of [train, validation]) {
      for (let i = 0; i < set.count; i++) {
        const row = Buffer.from(set.pixels.buffer, set.pixels.byteOffset + i * 784, 784).toString('latin1');
        rows.set(row, (rows.get(row) ?? 0) + 1);
      }
    }
    expect([...rows.values()].every((n) => n === 1)).toBe(true);
    expect(rows.size).toBe(60_000);
  });
});

describe('other folders', () => {
  it('reads any well-formed files when told not to verify', () => {
    const { train, validation, test } = small(folder('fine'));
    expect([train.count, validation.count, test.count]).toEqual([16, 4, 5]);
    expect(train.shape).toEqual([3, 2, 1]);
    expect(Array.from(test.pixels.subarray(0, 6))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  const bad: [string, Record<string, Buffer>, RegExp][] = [
    [
      'a truncated file',
      { 'train-images-idx3-ubyte': idx(20, 3, 2).subarray(0, 100) },
      /train-images-idx3-ubyte: truncated: 100 bytes, expected 136 for 20×3×2\. Put the four/,
    ],
    [
      'a file with too many bytes',
      { 't10k-labels-idx1-ubyte': Buffer.concat([idx(5), Buffer.alloc(2)]) },
      /t10k-labels-idx1-ubyte: longer than its header says: 15 bytes, expected 13 for 5\./,
    ],
    [
      'an empty file',
      { 'train-labels-idx1-ubyte': Buffer.alloc(0) },
      /train-labels-idx1-ubyte: 0 bytes, expected at least the 8 of an IDX header/,
    ],
    [
      'labels where images belong',
      { 'train-images-idx3-ubyte': idx(2000) },
      /starts with 0x00000801, expected 0x00000803\. Put/,
    ],
    [
      'a file still compressed',
      { 'train-images-idx3-ubyte': Buffer.from('1f8b0800000000000000000000000000', 'hex') },
      /starts with 0x1f8b0800, expected 0x00000803 \(this file is gzip-compressed: gunzip it\)/,
    ],
    [
      'fewer labels than images',
      { 'train-labels-idx1-ubyte': idx(19) },
      /19 train labels, expected 20, one an image/,
    ],
  ];
  it.each(bad)('refuses %s, saying what was found and expected', (_, files, message) => {
    expect(() => small(folder('bad', files))).toThrow(message);
  });

  it('refuses a missing file, naming it', () => {
    const root = folder('missing');
    rmSync(join(root, 't10k-images-idx3-ubyte'));
    expect(() => small(root)).toThrow(/t10k-images-idx3-ubyte: cannot be read \(ENOENT.*Put the four/s);
  });

  it('refuses well-formed data that are not the MNIST digits, by checksum', () => {
    expect(() => mnist({ root: folder('other') })).toThrow(
      /train-images-idx3-ubyte: checksum [0-9a-f]{64}, expected ba891046.*not the MNIST digits.*verify: false/,
    );
  });

  it('refuses a validation set as large as the data', () => {
    expect(() => mnist({ root: folder('all'), verify: false, validation: 20 })).toThrow(
      'validation: 20, expected an integer from 0 to 19 (there are 20 images)',
    );
  });
});
