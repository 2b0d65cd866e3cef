import { PNG } from 'pngjs';
import { writeAtomically } from '../files/index.ts';
import { checkOptions, listOf, real, whole, type Kind, type Kinds } from '../options/index.ts';
import { displaySymbol, withMetadata, type Displayable, type MimeBundle } from './host.ts';
import { escapeHtml } from './proofMath.ts';

/** Images as a tensor holds them: [N, height, width, channels] or [N, height, width], 1 channel (grey) or 3 (RGB). */
export interface Images {
  readonly shape: readonly number[];
  /** The values in row-major order, or (as on a tensor) a method that fetches them. */
  readonly data: ArrayLike<number> | (() => Promise<ArrayLike<number>>);
}

export interface GridOptions {
  /** Images in a row; by default the grid is as square as it can be. */
  columns?: number;
  /** Each pixel becomes a square of this many pixels. */
  scale?: number;
  /** The values shown as black and as white, [-1, 1] by default; what is beyond is clipped to it. */
  range?: [number, number];
  /** Pixels between images, before scaling. */
  gap?: number;
  /** What the images show, in a sentence: it stands beneath them. */
  caption?: string;
  /** What is said where the images are not seen; by default the caption, or how many images of which size. */
  alt?: string;
}

const words: Kind = { expected: 'a text', accepts: (x) => typeof x === 'string' };
const kinds: Kinds<GridOptions> = {
  columns: whole({ min: 1 }),
  scale: whole({ min: 1 }),
  range: listOf(real(), { length: 2 }),
  gap: whole({ min: 0 }),
  caption: words,
  alt: words,
};

export interface ImageGrid extends Displayable {
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
  png(): Promise<Buffer>;
}

interface Layout {
  n: number;
  h: number;
  w: number;
  c: number;
  columns: number;
  rows: number;
  scale: number;
  gap: number;
}

/** Four bytes each, and a compressed copy, must fit into memory. */
const MOST_PIXELS = 2 ** 28;

/** The colour between images: seen against black and white digits, on light and on dark pages. */
const between = 128;

/**
 * Images side by side as one PNG.
 * @throws at once when the shape is not one of images or an option is unknown or not of its kind; when drawn, if the values do not
 *   fill the shape or one of them is not finite
 */
export function imageGrid(images: Images, options: GridOptions = {}): ImageGrid {
  checkOptions('imageGrid', options, kinds);
  const { range = [-1, 1], caption } = options;
  const layout = layoutOf(images.shape, options);
  if (!(range[0] < range[1]))
    throw new Error(`range [${range.join(', ')}]: expected [black, white] with black < white`);
  const { n, h, w, c, columns, rows, scale, gap } = layout;
  const [width, height] = [(columns * (w + gap) - gap) * scale, (rows * (h + gap) - gap) * scale];
  if (width * height > MOST_PIXELS)
    throw new Error(
      `${n} images at scale ${scale}: a picture of ${width}×${height} pixels, expected at most ${MOST_PIXELS}: draw fewer, or smaller`,
    );
  const png = async () => {
    const data = typeof images.data === 'function' ? await images.data() : images.data;
    if (data.length !== n * h * w * c)
      throw new Error(
        `${data.length} values for images of shape [${images.shape.join(', ')}]: expected ${n * h * w * c}`,
      );
    requireFinite(data, layout);
    return PNG.sync.write(paint(data, layout, range), { colorType: c === 3 ? 2 : 0, deflateLevel: 9 });
  };
  return {
    width,
    height,
    png,
    [displaySymbol]: async (): Promise<MimeBundle> => {
      const bytes = (await png()).toString('base64');
      const counted = `${n} images of ${h}×${w}${c === 3 ? ' RGB' : ''}, ${rows} rows of ${columns}`;
      const alt = options.alt ?? caption ?? counted;
      const bundle = {
        'text/html': figureHtml(bytes, alt, caption),
        'image/png': bytes,
        'text/plain': caption === undefined ? counted : `${caption}: ${counted}`,
      };
      return withMetadata(bundle, { 'image/png': { alt } });
    },
  };
}

/** An image with what it shows in words, which a bare PNG has no place for. */
const figureHtml = (base64: string, alt: string, caption?: string): string =>
  `<figure style="margin:0"><img src="data:image/png;base64,${base64}" alt="${escapeHtml(alt)}" style="max-width:100%">` +
  `${caption === undefined ? '' : `<figcaption>${escapeHtml(caption)}</figcaption>`}</figure>`;

function layoutOf(shape: readonly number[], { columns, scale = 2, gap = 1 }: GridOptions): Layout {
  const [n, h, w, c = 1] = shape;
  const fits =
    (shape.length === 3 || shape.length === 4) && shape.every((size) => Number.isInteger(size) && size > 0);
  if (!fits || (c !== 1 && c !== 3))
    throw new Error(
      `shape [${shape.join(', ')}]: expected [N, height, width] or [N, height, width, 1 or 3], N at least 1`,
    );
  const across = columns ?? Math.ceil(Math.sqrt(n));
  return { n, h, w, c, columns: Math.min(across, n), rows: Math.ceil(n / across), scale, gap };
}

/** A value that is none has no colour. @throws saying how many there are, of which kinds, and where the first is */
function requireFinite(data: ArrayLike<number>, { h, w, c }: Layout): void {
  const odd: number[] = [];
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) odd.push(i);
  if (odd.length === 0) return;
  const pixel = Math.floor(odd[0] / c);
  const place = `image ${Math.floor(pixel / (w * h))}, row ${Math.floor(pixel / w) % h}, column ${pixel % w}`;
  const pixelsOf = (some: number[]) => new Set(some.map((i) => Math.floor(i / c))).size;
  throw new Error(
    `${pixelsOf(odd)} of ${data.length / c} pixels are not finite (${pixelsOf(odd.filter((i) => Number.isNaN(data[i])))} NaN), ` +
      `the first of them ${place}, which is ${data[odd[0]]}: expected finite values`,
  );
}

function paint(data: ArrayLike<number>, layout: Layout, [black, white]: [number, number]): PNG {
  const { n, h, w, c, columns, rows, scale, gap } = layout;
  const picture = new PNG({
    width: (columns * (w + gap) - gap) * scale,
    height: (rows * (h + gap) - gap) * scale,
  });
  for (let i = 0; i < picture.data.length; i++) picture.data[i] = i % 4 === 3 ? 255 : between;
  for (let i = 0; i < n * h * w; i++) {
    const column = i % w;
    const row = Math.floor(i / w) % h;
    const image = Math.floor(i / (w * h));
    const left = ((image % columns) * (w + gap) + column) * scale;
    const top = (Math.floor(image / columns) * (h + gap) + row) * scale;
    for (let channel = 0; channel < 3; channel++) {
      const value = data[i * c + Math.min(channel, c - 1)];
      const level = Math.round(Math.min(1, Math.max(0, (value - black) / (white - black))) * 255);
      for (let y = top; y < top + scale; y++)
        for (let x = left; x < left + scale; x++) picture.data[4 * (y * picture.width + x) + channel] = level;
    }
  }
  return picture;
}

/**
 * Writes a grid to a file: whole, or not at all (a full disk leaves what was there before).
 * Its folder is made where it is not there.
 * @throws naming the file, when it cannot be written or is not called *.png
 */
export async function writePng(file: string, grid: ImageGrid): Promise<void> {
  if (!/[^/]\.png$/i.test(file))
    throw new Error(`${file}: a PNG is written: expected a name that ends in .png`);
  await writeAtomically(file, [await grid.png()]);
}
