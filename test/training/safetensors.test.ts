import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors, type FileTensor } from '../../src/training/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'scorebook-safetensors-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const file = join(scratch, 'some.safetensors');

const fixture = JSON.parse(
  readFileSync(new URL('../reference/safetensors.json', import.meta.url), 'utf8'),
) as {
  file: string;
  tensors: Record<string, { shape: number[]; data: number[] }>;
  metadata: Record<string, string>;
};
const python = Buffer.from(fixture.file, 'base64');
const tensors = new Map<string, FileTensor>(
  Object.entries(fixture.tensors).map(([name, { shape, data }]) => [
    name,
    { shape, data: Float32Array.from(data) },
  ]),
);

/** A file with this header (text or value) and this many zero bytes of data. */
function craft(header: unknown, bytes = 0): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([head, json, Buffer.alloc(bytes)]));
  return file;
}

describe('the file format', () => {
  it('is byte for byte the one of the Python package', async () => {
    await writeSafetensors(file, tensors, fixture.metadata);
    expect(readFileSync(file).equals(python)).toBe(true);
  });

  it('reads what the Python package wrote', async () => {
    writeFileSync(file, python);
    const found = await readSafetensors(file);
    expect(found.metadata).toEqual(fixture.metadata);
    expect(new Map([...found.tensors].sort())).toEqual(new Map([...tensors].sort()));
  });

  it('keeps any numbers, names and text', async () => {
    const anyTensor = fc
      .array(fc.float(), { maxLength: 8 })
      .map((xs) => ({ shape: [xs.length], data: Float32Array.from(xs) }));
    const name = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .filter((s) => s !== '__metadata__' && s !== '__proto__');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, anyTensor)),
        fc.string({ unit: 'grapheme' }),
        async (entries, text) => {
          const given = new Map<string, FileTensor>(entries);
          await writeSafetensors(file, given, { text });
          const found = await readSafetensors(file);
          expect(found.metadata.text).toBe(text);
          expect([...found.tensors.keys()].sort()).toEqual([...given.keys()].sort());
          for (const [key, tensor] of given) expect(found.tensors.get(key)).toEqual(tensor);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a damaged file', () => {
  it('is refused wherever it is cut, by name', async () => {
    for (let length = 0; length < python.length; length += 7) {
      writeFileSync(file, python.subarray(0, length));
      await expect(readSafetensors(file)).rejects.toThrow(
        /some\.safetensors: (truncated: \d+ bytes|a header of)/,
      );
    }
  });

  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each([
    [
      'a tensor cut short',
      craft.bind(null, { 'a.weight': entry }, 5),
      /truncated: \d+ bytes, but the tensor a\.weight ends at byte \d+/,
    ],
    ['bytes after the last tensor', craft.bind(null, { a: entry }, 9), /not a well-formed safetensors file/],
    ['half precision', craft.bind(null, { a: { ...entry, dtype: 'F16' } }, 8), /a holds F16, expected F32/],
    [
      'a shape that is not its size',
      craft.bind(null, { a: { ...entry, shape: [3] } }, 8),
      /a has shape \[3\] and offsets \[0,8\]/,
    ],
    [
      'tensors that overlap',
      craft.bind(null, { a: entry, b: { ...entry, data_offsets: [4, 12] } }, 12),
      /b begins at byte 4 of the data, expected 8, where the tensor before it ends/,
    ],
    [
      'two tensors in one place',
      craft.bind(null, { a: entry, b: entry }, 8),
      /b begins at byte 0 of the data, expected 8/,
    ],
    [
      'a gap between tensors',
      craft.bind(null, { a: entry, b: { ...entry, data_offsets: [12, 20] } }, 20),
      /b begins at byte 12 of the data, expected 8/,
    ],
    [
      'a gap before the first',
      craft.bind(null, { a: { ...entry, data_offsets: [4, 12] } }, 12),
      /a begins at byte 4/,
    ],
    ['an entry that is none', craft.bind(null, { a: null }), /a is null, expected dtype, shape and offsets/],
    [
      'metadata that is no text',
      craft.bind(null, { __metadata__: { a: 1 } }),
      /its __metadata__ is not a list of texts/,
    ],
    ['a header that is not JSON', craft.bind(null, 'hello world!'), /its header is not JSON/],
    ...[
      '{"a": ENTRY, "a": ENTRY}',
      '{"a": ENTRY, "\\u0061": ENTRY}',
      '{"a": {"dtype": "F32", "shape": [2], "shape": [1, 2], "data_offsets": [0, 8]}}',
      '{"__metadata__": {"x": "a \\"x\\": {", "y": "", "x": ""}}',
    ].map((text): [string, () => string, RegExp] => [
      `a key twice in ${text}`,
      craft.bind(null, text.replaceAll('ENTRY', JSON.stringify(entry)), 8),
      /its header is not JSON: the key "\S+" stands twice in one object/,
    ]),
    ['a header that is a list', craft.bind(null, '[1, 2]'), /its header is not a JSON object/],
  ])('is refused: %s', async (_, make, message) => {
    await expect(readSafetensors(make())).rejects.toThrow(message);
  });

  it('is refused when it is another kind of file', async () => {
    writeFileSync(file, 'PK\x03\x04 this is a zip archive, or says so');
    await expect(readSafetensors(file)).rejects.toThrow(/this is not a safetensors file/);
  });

  it('is refused when it is not there', async () => {
    await expect(readSafetensors(join(scratch, 'none'))).rejects.toThrow(/none: cannot be read: ENOENT/);
  });
});

it('refuses to write a tensor whose shape is not its size, and leaves nothing behind', async () => {
  rmSync(file, { force: true });
  const bad = new Map([['w', { shape: [2, 2], data: new Float32Array(3) }]]);
  await expect(writeSafetensors(file, bad)).rejects.toThrow('w: 3 numbers, expected 4 for the shape [2, 2]');
  expect(readdirSync(scratch)).toEqual([]);
});

it.each(['__metadata__', '__proto__'])(
  'refuses to write a tensor called %s, which would be lost',
  async (name) => {
    await expect(
      writeSafetensors(file, new Map([[name, { shape: [1], data: new Float32Array(1) }]])),
    ).rejects.toThrow(`a tensor cannot be called ${name}`);
  },
);
