import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** An IDX file of bytes: the format of MNIST and its relatives. */
export interface Idx {
  /** Sizes, slowest first: [count, height, width] for images, [count] for labels. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** SHA-256 of the whole file, header included, in hexadecimal. */
  sha256(): string;
}

const UNSIGNED_BYTE = 0x08;
const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/**
 * Reads an IDX file with `rank` dimensions of unsigned bytes.
 *
 * Header, big-endian: two zero bytes, the element type, the rank, then one 32-bit size a dimension.
 *
 * @param remedy what the reader of an error should do; it ends every message
 * @throws Error naming the file, what was found and what was expected
 */
export function readIdx(file: string, rank: number, remedy: string): Idx {
  const data = open(file, remedy);
  const headerLength = 4 + 4 * rank;
  if (data.length < headerLength) {
    throw new Error(
      `${file}: ${data.length} bytes, expected at least the ${headerLength} of an IDX header. ${remedy}`,
    );
  }
  const magic = data.readUInt32BE(0);
  const expected = (UNSIGNED_BYTE << 8) | rank;
  if (magic !== expected) {
    const hint = data.readUInt16BE(0) === 0x1f8b ? ' (this file is gzip-compressed: gunzip it)' : '';
    throw new Error(`${file}: starts with ${hex(magic)}, expected ${hex(expected)}${hint}. ${remedy}`);
  }
  const shape = Array.from({ length: rank }, (_, i) => data.readUInt32BE(4 + 4 * i));
  const length = headerLength + shape.reduce((product, size) => product * size, 1);
  if (data.length !== length) {
    const problem = data.length < length ? 'truncated' : 'longer than its header says';
    throw new Error(
      `${file}: ${problem}: ${data.length} bytes, expected ${length} for ${shape.join('×')}. ${remedy}`,
    );
  }
  return {
    shape,
    bytes: new Uint8Array(data.buffer, data.byteOffset + headerLength, length - headerLength),
    sha256: () => createHash('sha256').update(data).digest('hex'),
  };
}

function open(file: string, remedy: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`${file}: cannot be read (${(cause as Error).message}). ${remedy}`, { cause });
  }
}
