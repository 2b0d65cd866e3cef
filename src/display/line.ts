import { vegaLite, type Figure } from './vegalite.ts';
import { rounded } from './rounded.ts';
import { words } from './words.ts';

/** One row of a table of curves: `{ step: 10, loss: 0.31 }`. A missing value leaves a gap in that curve only. */
export type Row = Record<string, number | undefined>;

export interface LineOptions {
  /** The column on the horizontal axis. */
  x?: string;
  /** The columns to draw, one curve each; all others when not given. */
  y?: string[];
  title?: string;
  yTitle?: string;
  logY?: boolean;
  /** At most this many points a curve: longer ones are averaged in equal bins, so that notebooks stay light. */
  points?: number;
  width?: number;
  height?: number;
}

/** Curves over one axis. Throws when there is nothing to draw, or a value is not finite. */
export function lineChart(rows: readonly Row[], options: LineOptions = {}): Figure {
  const { x = 'step', points = 300, logY = false, width = 360, height = 220, title, yTitle } = options;
  const y = options.y ?? [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== x);
  const curves = y.map((name) => ({ name, values: thin(pairs(rows, x, name, logY), points) }));
  const drawn = curves.filter(({ values }) => values.length > 0);
  if (drawn.length === 0)
    throw new Error(`nothing to draw: no row has '${x}' and one of ${y.join(', ') || 'no columns'}`);
  const values = drawn.flatMap(({ name, values }) =>
    values.map(([at, value]) => ({ [x]: at, value, curve: words(name) })),
  );
  const spec = {
    ...(title ? { title } : {}),
    width,
    height,
    data: { values },
    mark: { type: 'line', ...(values.length < 40 ? { point: true } : {}) },
    encoding: {
      x: { field: x, type: 'quantitative', title: words(x) },
      y: {
        field: 'value',
        type: 'quantitative',
        title: yTitle ?? (drawn.length === 1 ? words(drawn[0].name) : null),
        scale: logY ? { type: 'log' } : { zero: false },
      },
      color: {
        field: 'curve',
        type: 'nominal',
        sort: null,
        title: null,
        ...(drawn.length === 1 ? { legend: null } : {}),
      },
    },
  };
  return vegaLite(spec, { text: `${title ?? 'curves'}: ${drawn.map(summary).join(', ')}` });
}

/** The usual picture of a training run: every column named like a loss, on a logarithmic axis. */
export function lossCurve(rows: readonly Row[], options: LineOptions = {}): Figure {
  const losses = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => /loss$/i.test(name));
  return lineChart(rows, { title: 'loss', yTitle: 'loss', y: losses, logY: true, ...options });
}

function pairs(rows: readonly Row[], x: string, y: string, logY: boolean): [number, number][] {
  return rows.flatMap((row): [number, number][] => {
    const at = row[x];
    const value = row[y];
    if (at === undefined || value === undefined) return [];
    if (!Number.isFinite(at) || !Number.isFinite(value))
      throw new Error(`${y} is ${value} at ${x} ${at}: expected a finite number`);
    if (logY && value <= 0)
      throw new Error(`${y} is ${value} at ${x} ${at}: a logarithmic axis needs positive values`);
    return [[at, value]];
  });
}

function thin(values: [number, number][], points: number): [number, number][] {
  const size = Math.max(1, Math.ceil(values.length / points));
  const bins = Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
  return bins.map((bin) => [
    rounded(mean(bin.map(([at]) => at))),
    rounded(mean(bin.map(([, value]) => value))),
  ]);
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const summary = ({ name, values }: { name: string; values: [number, number][] }) =>
  `${words(name)} ${values[0][1]} → ${values[values.length - 1][1]}`;
