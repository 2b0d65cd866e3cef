import fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { displaySymbol, imageGrid, writePng, type GridOptions } from '../../src/display/index.ts';

const decode = async (grid: { png(): Promise<Buffer> }) => PNG.sync.read(await grid.png());
const levelAt = (png: PNG, x: number, y: number) => [
  ...png.data.subarray(4 * (y * png.width + x), 4 * (y * png.width + x) + 3),
];

describe('an image grid', () => {
  it('puts every pixel of every image in its place', async () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 7 }),
      h: fc.integer({ min: 1, max: 5 }),
      w: fc.integer({ min: 1, max: 5 }),
      c: fc.constantFrom(1, 3),
      columns: fc.integer({ min: 1, max: 4 }),
      scale: fc.integer({ min: 1, max: 3 }),
      gap: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ n, h, w, c, columns, scale, gap }) => {
        const data = Array.from({ length: n * h * w * c }, (_, i) => (i * 37) % 256);
        const grid = imageGrid({ shape: [n, h, w, c], data }, { columns, scale, gap, range: [0, 255] });
        const png = await decode(grid);
        expect([png.width, png.height]).toEqual([grid.width, grid.height]);
        data.forEach((value, at) => {
          const [channel, x, y, i] = [
            at % c,
            Math.floor(at / c) % w,
            Math.floor(at / (c * w)) % h,
            Math.floor(at / (c * w * h)),
          ];
          const left = ((i % columns) * (w + gap) + x) * scale;
          const top = (Math.floor(i / columns) * (h + gap) + y) * scale;
          const corner = levelAt(png, left + scale - 1, top + scale - 1);
          expect(c === 1 ? corner : corner[channel]).toEqual(c === 1 ? [value, value, value] : value);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('shows -1 as black, 1 as white, and clips what is beyond', async () => {
    const png = await decode(imageGrid({ shape: [1, 1, 5], data: [-2, -1, 0, 1, 7] }, { scale: 1 }));
    expect([0, 1, 2, 3, 4].map((x) => levelAt(png, x, 0)[0])).toEqual([0, 0, 128, 255, 255]);
  });

  it('takes a tensor, whose data arrive later', async () => {
    const tensor = { shape: [2, 2, 2, 1], data: async () => Float32Array.of(1, 1, 1, 1, -1, -1, -1, -1) };
    const bundle = await imageGrid(tensor)[displaySymbol]();
    expect(bundle['text/plain']).toBe('2 images of 2×2, 1 rows of 2');
    const png = PNG.sync.read(Buffer.from(bundle['image/png'] as string, 'base64'));
    expect(levelAt(png, 0, 0)).toEqual([255, 255, 255]);
  });

  it('says in words what it shows, beneath the images and where they are not seen', async () => {
    const two = { shape: [2, 2, 2], data: [1, 1, 1, 1, -1, -1, -1, -1] };
    const plain = (await imageGrid(two)[displaySymbol]())['text/html'];
    expect(plain).toContain('alt="2 images of 2×2, 1 rows of 2"');
    const told = (await imageGrid(two, { caption: 'white & black' })[displaySymbol]())['text/html'];
    expect(told).toMatch(/alt="white &amp; black".*<figcaption>white &amp; black<\/figcaption>/);
    expect((await imageGrid(two, { caption: 'x', alt: 'y' })[displaySymbol]())['text/html']).toContain(
      'alt="y"',
    );
  });

  it('refuses what is not images', async () => {
    const data = [0];
    expect(() => imageGrid({ shape: [28, 28], data })).toThrow(
      /shape \[28, 28\]: expected \[N, height, width\]/,
    );
    expect(() => imageGrid({ shape: [1, 2, 2, 2], data })).toThrow(/1 or 3/);
    expect(() => imageGrid({ shape: [0, 2, 2], data })).toThrow(/N at least 1/);
    expect(() => imageGrid({ shape: [1, 1, 1], data }, { columns: 0 })).toThrow(
      'columns = 0: expected a whole number, 1 or more',
    );
    expect(() => imageGrid({ shape: [1, 1, 1], data }, { scale: 1.5 })).toThrow('scale = 1.5');
    expect(() => imageGrid({ shape: [1, 1, 1], data }, { range: [1, -1] })).toThrow(/black < white/);
    await expect(imageGrid({ shape: [1, 2, 2], data }).png()).rejects.toThrow(
      /1 values for images of shape \[1, 2, 2\]: expected 4/,
    );
    await expect(imageGrid({ shape: [1, 1, 2], data: [0, NaN] }).png()).rejects.toThrow(
      '1 of 2 pixels are not finite (1 NaN), the first of them image 0, row 0, column 1, which is NaN',
    );
    const odd = [0, 0, 0, 1, NaN, NaN, -Infinity, 0, 0, 0, 0, 0];
    await expect(imageGrid({ shape: [2, 1, 2, 3], data: odd }).png()).rejects.toThrow(
      '2 of 4 pixels are not finite (1 NaN), the first of them image 0, row 0, column 1, which is NaN',
    );
    const one = { shape: [1, 1, 1], data };
    for (const [options, message] of [
      [{ colums: 2 }, 'imageGrid: unknown option colums (did you mean columns?)'],
      [{ range: [0] }, 'imageGrid: range = [0]: expected a list of 2'],
      [{ range: [0, Infinity] }, 'imageGrid: range = [0, Infinity]: expected a list of 2'],
      [{ caption: 3 }, 'imageGrid: caption = 3: expected a text'],
      [4, 'imageGrid: 4 given, expected an object of options'],
    ] as const)
      expect(() => imageGrid(one, options as unknown as GridOptions)).toThrow(message);
  });
});

describe('writing a grid to a file', () => {
  const grid = imageGrid({ shape: [1, 1, 1], data: [1] });
  const folder = mkdtempSync(path.join(tmpdir(), 'scorebook-grid-'));

  it('writes the picture', async () => {
    const file = path.join(folder, 'grid.png');
    await writePng(file, grid);
    expect(readFileSync(file)).toEqual(await grid.png());
  });

  it('makes the folder, and leaves nothing but the picture there', async () => {
    const file = path.join(folder, 'new', 'grid.png');
    await writePng(file, grid);
    expect(readdirSync(path.dirname(file))).toEqual(['grid.png']);
  });

  it('names the file that cannot be written, with the reason, and touches nothing', async () => {
    const file = path.join(folder, 'kept.png');
    writeFileSync(file, 'the old picture');
    await expect(writePng(path.join(file, 'grid.png'), grid)).rejects.toThrow(
      /kept\.png\/grid\.png: not saved: a part of this path is a file, not a folder: choose another path \(E\w+\)/,
    );
    expect(readFileSync(file, 'utf8')).toBe('the old picture');
  });

  it('is refused under a name of another format', async () => {
    for (const name of ['grid.jpg', 'grid', 'grid.png.txt', '.png'])
      await expect(writePng(path.join(folder, name), grid)).rejects.toThrow(
        /expected a name that ends in \.png/,
      );
    expect(readdirSync(folder)).not.toContain('grid.jpg');
  });
});
