import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../files/index.ts';
import { parseJson } from './parseJson.ts';

/** One float32 tensor as a file holds it: row-major, in the layout of PyTorch. */
export interface FileTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, FileTensor>;
  /** Free text beside the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Where the metadata keep the digest of what else a file holds. */
const DIGEST = 'scorebook.sha256';

const LENGTH_BYTES = 8;
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/**
 * Writes float32 tensors as a safetensors file, byte for byte as the Python package does: tensors sorted by name,
 * the header padded with spaces to a multiple of 8. Format: https://huggingface.co/docs/safetensors.
 *
 * Beside a description of ours (the metadata `scorebook`) goes a SHA-256 of all tensors and metadata, which reading checks.
 *
 * The file appears whole or not at all ({@link writeAtomically}).
 * @throws Error naming the tensor whose shape is not its size or whose name the format has for itself, or the file that
 *   cannot be written
 */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, FileTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeAtomically(file, safetensorsBytes(tensors, metadata));
}

/** What `writeSafetensors` writes, in parts. */
export function safetensorsBytes(
  tensors: ReadonlyMap<string, FileTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const names = [...tensors.keys()].sort();
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = withDigest(tensors, metadata);
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    if (name === '__metadata__' || name === '__proto__')
      throw new Error(`a tensor cannot be called ${name}: the file's header has that name for itself`);
    if (sizeOf(shape) !== data.length) {
      throw new Error(
        `${name}: ${data.length} numbers, expected ${sizeOf(shape)} for the shape [${shape.join(', ')}]`,
      );
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += data.byteLength)] };
    parts.push(bytesOf(data));
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  head.set(json, LENGTH_BYTES);
  return [head, ...parts];
}

const withDigest = (tensors: ReadonlyMap<string, FileTensor>, metadata: Readonly<Record<string, string>>) =>
  metadata.scorebook === undefined ? metadata : { ...metadata, [DIGEST]: digestOf({ tensors, metadata }) };

/** SHA-256 of metadata, names, shapes and numbers, whatever order a program writes them in. */
function digestOf({ tensors, metadata }: Safetensors): string {
  const names = [...tensors.keys()].sort();
  const texts = Object.keys(metadata).sort();
  const hash = createHash('sha256').update(
    JSON.stringify([
      texts.map((name) => [name, metadata[name]]),
      names.map((name) => [name, tensors.get(name)!.shape]),
    ]),
  );
  for (const name of names) hash.update(bytesOf(tensors.get(name)!.data));
  return hash.digest('hex');
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Reads a safetensors file of float32 tensors. The digest of a file of ours is checked, and is not among the metadata.
 *
 * @throws Error naming the file, and the tensor where there is one: missing, truncated, a broken header, tensors that overlap
 *   or leave a gap, another number type, contents that are not those of the digest
 */
export async function readSafetensors(file: string): Promise<Safetensors> {
  const bytes = await readWhole(file);
  const start = LENGTH_BYTES + headerLength(file, bytes);
  const header = parseHeader(file, bytes.toString('utf8', LENGTH_BYTES, start));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, FileTensor>();
  const places = Object.entries(entries as Record<string, HeaderEntry>)
    .map(([name, entry]) => ({ name, entry, range: checkEntry(file, name, entry) }))
    .sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  let end = 0;
  for (const { name, entry, range } of places) {
    const [from, to] = range;
    if (from !== end)
      throw new Error(
        `${file}: ${name} begins at byte ${from} of the data, expected ${end}, where the tensor before it ends: ` +
          'a damaged file, or not a safetensors file',
      );
    end = to;
    if (start + to > bytes.length) {
      throw truncated(file, bytes.length, start + to, `the tensor ${name}`);
    }
    // A copy, for its own alignment: a view into the file would keep all of it alive.
    const data = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to),
    );
    tensors.set(name, { shape: entry.shape, data });
  }
  if (start + end !== bytes.length) {
    throw new Error(
      `${file}: ${bytes.length} bytes, expected ${start + end}: not a well-formed safetensors file`,
    );
  }
  const { [DIGEST]: digest, ...texts } = checkMetadata(file, metadata);
  const found = { tensors, metadata: texts };
  if (digest !== undefined) checkDigest(file, found, digest);
  return found;
}

function checkDigest(file: string, found: Safetensors, expected: string): void {
  const digest = digestOf(found);
  if (digest === expected) return;
  throw new Error(
    `${file}: its contents have the SHA-256 ${digest}, expected ${expected}, which they had when they were written: ` +
      'the file was damaged or changed since. Use a copy or another checkpoint; where this is the model of a run, resume the run, which writes it anew from the state',
  );
}

function checkMetadata(file: string, metadata: unknown): Record<string, string> {
  const fine =
    typeof metadata === 'object' &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === 'string');
  if (!fine) throw new Error(`${file}: its __metadata__ is not a list of texts by name: a damaged file`);
  return metadata as Record<string, string>;
}

async function readWhole(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Error(`${file}: cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function headerLength(file: string, bytes: Buffer): number {
  if (bytes.length < LENGTH_BYTES)
    throw truncated(file, bytes.length, LENGTH_BYTES, 'the length of the header');
  const length = Number(bytes.readBigUInt64LE());
  if (length < 2 || length > 100_000_000) {
    throw new Error(`${file}: a header of ${length} bytes: this is not a safetensors file`);
  }
  if (LENGTH_BYTES + length > bytes.length)
    throw truncated(file, bytes.length, LENGTH_BYTES + length, 'the header');
  return length;
}

function parseHeader(file: string, text: string): Record<string, unknown> {
  try {
    const header: unknown = parseJson(text);
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch (cause) {
    throw new Error(
      `${file}: its header is not JSON: ${(cause as Error).message}: this is not a safetensors file, or it is damaged`,
      { cause },
    );
  }
  throw new Error(`${file}: its header is not a JSON object: this is not a safetensors file`);
}

function checkEntry(file: string, name: string, entry: HeaderEntry): [number, number] {
  if (typeof entry !== 'object' || entry === null)
    throw new Error(
      `${file}: ${name} is ${JSON.stringify(entry)}, expected dtype, shape and offsets: a damaged file`,
    );
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32')
    throw new Error(`${file}: ${name} holds ${dtype}, expected F32: convert it to float32`);
  const fine =
    Array.isArray(shape) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    [...shape, ...offsets].every((n) => Number.isInteger(n) && n >= 0);
  if (fine && offsets[1] - offsets[0] === 4 * sizeOf(shape)) return offsets;
  throw new Error(
    `${file}: ${name} has shape ${JSON.stringify(shape)} and offsets ${JSON.stringify(offsets)}, which do not agree`,
  );
}

const truncated = (file: string, found: number, expected: number, what: string): Error =>
  new Error(
    `${file}: truncated: ${found} bytes, but ${what} ends at byte ${expected}. Use the checkpoint before it, or save it again`,
  );
