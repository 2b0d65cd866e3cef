import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import {
  displaySymbol,
  lineChart,
  lossCurve,
  plotly,
  scatter,
  smallMultiples,
  vegaLite,
} from '../../src/display/index.ts';

const bars = {
  title: 'three bars',
  data: {
    values: [
      { a: 1, b: 2 },
      { a: 2, b: 5 },
      { a: 3, b: 1 },
    ],
  },
  mark: 'bar',
  encoding: { x: { field: 'a', type: 'ordinal' }, y: { field: 'b', type: 'quantitative' } },
};

/** What the drawing says of each mark, as a screen reader hears it: "a: 1; b: 2; …". */
const marks = (svg: string, kind: string) =>
  [
    ...svg.matchAll(
      new RegExp(`aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="${kind}"`, 'g'),
    ),
  ].map((m) => m[1]);

/** The colour of each dot drawn. Dots say nothing to a screen reader (hundreds of coordinates), so they are counted. */
const dots = (svg: string) =>
  [...svg.matchAll(/<g class="mark-symbol role-mark[^"]*"[^>]*>(.*?)<\/g>/gs)].flatMap(([, group]) =>
    [...group.matchAll(/<path [^>]*fill="(#\w+)"/g)].map((found) => found[1]),
  );

type Values = { data: { values: Record<string, number>[] } };
const valuesOf = (figure: { spec: object }) => (figure.spec as Values).data.values;

describe('a vega-lite figure', () => {
  it('is a chart for JupyterLab, a PNG for a page or LaTeX, and words for a terminal', async () => {
    const bundle = await vegaLite(bars)[displaySymbol]();
    expect(Object.keys(bundle)).toEqual([
      'application/vnd.vegalite.v5+json',
      'image/png', // JupyterLab adds one where there is none: a notebook would change by being opened
      'text/plain',
    ]);
    expect(bundle['text/plain']).toBe('figure: three bars');
    const spec = bundle['application/vnd.vegalite.v5+json'] as Record<string, unknown>;
    expect(spec.$schema).toMatch(/v5\.json$/);
    expect(spec.data).toEqual(bars.data);
  });

  it('has a PNG with its text in it, the same bytes each time, on every machine', async () => {
    const pngs = await Promise.all(
      [1, 2].map(async () => (await vegaLite(bars)[displaySymbol]())['image/png']),
    );
    expect(pngs[0]).toBe(pngs[1]);
    const { width, height, data } = PNG.sync.read(Buffer.from(pngs[0] as string, 'base64'));
    const [drawn, wide, high] = /width="(\d+)" height="(\d+)"/.exec(await vegaLite(bars).svg())!;
    expect([width, height], drawn).toEqual([2 * Number(wide), 2 * Number(high)]);
    const title = data.subarray(0, 4 * width * 24).filter((_, i) => i % 4 === 0);
    expect(title[0]).toBe(255);
    expect(title.filter((red) => red < 60).length).toBeGreaterThan(50);
  });

  it('says what it shows to those who do not see it', async () => {
    const figure = vegaLite({ ...bars, description: 'b rises & falls' });
    expect(figure.spec.description).toBe('b rises & falls');
    expect(await figure.svg()).toContain('role="img" aria-label="b rises &amp; falls"');
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(await figure.svg())!;
    expect(Reflect.get(await figure[displaySymbol](), Symbol.for('Jupyter.metadata'))).toEqual({
      'image/png': { width: Number(width), height: Number(height), alt: 'b rises & falls' },
    });
    expect(vegaLite(bars).spec.description).toBe('figure: three bars');
  });

  it('writes in the colour of the text around it, at 12 pixels or more', async () => {
    const svg = await vegaLite(bars).svg();
    const texts = [...svg.matchAll(/<text [^>]*>/g)].map(([text]) => text);
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) {
      expect(text).toContain('fill="currentColor"');
      expect(Number(/font-size="(\d+)px"/.exec(text)![1])).toBeGreaterThanOrEqual(12);
    }
  });

  it('draws every value of its data', async () => {
    expect(marks(await vegaLite(bars).svg(), 'bar')).toEqual(['a: 1; b: 2', 'a: 2; b: 5', 'a: 3; b: 1']);
  });

  it('is drawn the same each time, whatever was drawn before', async () => {
    const clipped = scatter([[0, 1]], { domain: [0, 2] });
    const first = await clipped.svg();
    expect(first).toContain('clip-path');
    expect(await clipped.svg()).toBe(first);
  });

  it('says what it cannot draw', async () => {
    expect(() => vegaLite({ mark: 'nope' })).toThrow(/cannot draw {"mark":"nope"}/);
    await expect(
      vegaLite({ ...bars, data: { values: 'x', format: { type: 'nope' } } }).svg(),
    ).rejects.toThrow(/cannot draw/);
  });

  it('keeps what the figure says of its own look', () => {
    const { spec } = vegaLite({ ...bars, config: { background: 'white' } });
    expect(spec.config).toMatchObject({ background: 'white', font: 'sans-serif' });
  });
});

describe('curves', () => {
  const rows = [
    { step: 1, loss: 1, validationLoss: 1.5, msPerStep: 7 },
    { step: 2, loss: 0.5, msPerStep: 7 },
    { step: 3, loss: 0.25, validationLoss: 0.75, msPerStep: 7 },
  ];

  it('of a training run are its losses', async () => {
    const figure = lossCurve(rows);
    expect([...new Set(valuesOf(figure).map((v) => v.curve))]).toEqual(['loss', 'validation loss']);
    expect(await figure[displaySymbol]()).toMatchObject({
      'text/plain': 'loss: loss 1 → 0.25, validation loss 1.5 → 0.75',
    });
  });

  it('have no point where a value is missing', () => {
    expect(valuesOf(lineChart(rows, { y: ['validationLoss'] })).map((v) => v.step)).toEqual([1, 3]);
  });

  it('are named in words, not in code', () => {
    const figure = lineChart([{ x_t: 0, validationLoss: 1, 'what x_t says': 2, SNR: 3, x_min: 4 }], {
      x: 'x_t',
    });
    expect(valuesOf(figure).map((v) => v.curve)).toEqual(['validation loss', 'what xₜ says', 'SNR', 'x min']);
    expect(figure.spec).toMatchObject({ encoding: { x: { title: 'xₜ' } } });
  });

  it('that are long are averaged in equal bins, and keep their mean', () => {
    const long = Array.from({ length: 1200 }, (_, i) => ({ step: i + 1, loss: (i * 7919) % 1200 }));
    const drawn = valuesOf(lineChart(long, { points: 300 }));
    expect(drawn).toHaveLength(300);
    const mean = drawn.reduce((sum, { value }) => sum + value, 0) / drawn.length;
    expect(mean).toBeCloseTo(1199 / 2, 1);
  });

  it('refuse what cannot be drawn', () => {
    expect(() => lineChart([])).toThrow(/nothing to draw/);
    expect(() => lineChart(rows, { y: ['lost'] })).toThrow(/'step' and one of lost/);
    expect(() => lossCurve([{ step: 1, loss: NaN }])).toThrow('loss is NaN at step 1');
    expect(() => lossCurve([{ step: 1, loss: 0 }])).toThrow(/loss is 0 at step 1: a logarithmic axis/);
  });
});

describe('points of the plane', () => {
  const pairs = [
    [0, 1],
    [2, 3],
    [4, 5],
  ];

  it('may come as pairs or as the flat data of a tensor', () => {
    expect(valuesOf(scatter(Float32Array.from(pairs.flat())))).toEqual(valuesOf(scatter(pairs)));
    expect(valuesOf(scatter(pairs)).map(({ x, y }) => [x, y])).toEqual(pairs);
  });

  it('of several sets are all drawn, each in its colour', async () => {
    const svg = await scatter({ data: pairs, samples: [[1, 1]] }).svg();
    const [first, ...rest] = dots(svg);
    expect(rest.filter((colour) => colour === first)).toHaveLength(2);
    expect(rest.filter((colour) => colour !== first)).toHaveLength(1);
  });

  it('that are none are refused', () => {
    expect(() => scatter(Float32Array.of(1, 2, 3))).toThrow(/3 numbers.*expected \[N, 2\]/);
    expect(() => scatter([[1, 2, 3]])).toThrow(/\[1, 2, 3\] is not a point/);
    expect(() => scatter([[1, Infinity]])).toThrow(/two finite numbers/);
    expect(() => scatter([])).toThrow(/no points/);
  });

  it('in small multiples keep the order of their panels', async () => {
    const panels = ['t = 0', 't = 500', 't = 1000', 't = 5'].map((title) => ({ title, points: pairs }));
    const svg = await smallMultiples(panels, { domain: [-1, 6] }).svg();
    expect([...svg.matchAll(/>(t = \d+)</g)].map((m) => m[1])).toEqual([
      't = 0',
      't = 500',
      't = 1000',
      't = 5',
    ]);
    expect(dots(svg)).toHaveLength(12);
    // What JupyterLab leaves of a window of 1000 pixels beside the file list.
    expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThan(560);
    expect(() => smallMultiples([])).toThrow(/no panels/);
  });
});

describe('a plotly figure', () => {
  const figure = {
    data: [{ type: 'scatter3d', x: [1], y: [2], z: [3], name: 'path' }],
    layout: { title: { text: 'a path' } },
  };

  it('is shown by the renderer that JupyterLab has for it, with words for a terminal', async () => {
    const bundle = await plotly(figure)[displaySymbol]();
    expect(bundle['application/vnd.plotly.v1+json']).toMatchObject(figure);
    expect(bundle['text/plain']).toBe('plotly figure: path (scatter3d)');
  });

  it('must be a list of traces', () => {
    expect(() => plotly({ data: 'x' } as never)).toThrow(/a plotly figure is { data/);
  });
});
