import { rounded } from './rounded.ts';
import { vegaLite, type Figure } from './vegalite.ts';

/** Points in the plane: [[x, y], …], or the flat data of an [N, 2] tensor. */
export type Points = readonly (readonly number[])[] | Float32Array | Float64Array;

export interface ScatterOptions {
  title?: string;
  /** The square that is shown, as [least, greatest] on both axes; by default as much as the points need. */
  domain?: [number, number];
  /** Side of the picture in pixels. */
  side?: number;
  /** Area of one dot in square pixels. */
  dot?: number;
}

/** Points as { x, y } records. Throws when a point does not have two finite coordinates. */
export function coordinates(points: Points): { x: number; y: number }[] {
  if (points instanceof Float32Array || points instanceof Float64Array) {
    if (points.length % 2 !== 0)
      throw new Error(`${points.length} numbers are not points of the plane: expected [N, 2]`);
    return Array.from({ length: points.length / 2 }, (_, i) => point([points[2 * i], points[2 * i + 1]]));
  }
  return points.map(point);
}

function point(pair: readonly number[]): { x: number; y: number } {
  if (pair.length !== 2 || !pair.every(Number.isFinite))
    throw new Error(`[${pair.join(', ')}] is not a point of the plane: expected two finite numbers`);
  return { x: rounded(pair[0]), y: rounded(pair[1]) };
}

/** Points of the plane; with several named sets, one colour each: `scatter({ data, samples })`. */
export function scatter(sets: Points | Record<string, Points>, options: ScatterOptions = {}): Figure {
  const { title, side = 280, dot = 12 } = options;
  const named: Record<string, Points> = isPoints(sets) ? { points: sets } : sets;
  const names = Object.keys(named);
  const values = names.flatMap((set) => coordinates(named[set]).map((at) => ({ ...at, set })));
  if (values.length === 0) throw new Error('nothing to draw: no points');
  const spec = {
    ...(title ? { title } : {}),
    width: side,
    height: side,
    data: { values },
    mark: { type: 'point', size: dot, clip: true, aria: false },
    encoding: {
      ...planeAxes(options.domain),
      color: {
        field: 'set',
        type: 'nominal',
        sort: null,
        title: null,
        ...(names.length === 1 ? { legend: null } : {}),
      },
    },
  };
  return vegaLite(spec, {
    text: `${title ?? 'points'}: ${names.map((set) => `${coordinates(named[set]).length} ${set}`).join(', ')}`,
  });
}

/** The two axes of a picture of the plane. */
export function planeAxes(domain?: [number, number], tickCount = 8): object {
  const scale = domain ? { domain } : { zero: false };
  const axis = { type: 'quantitative', title: null, scale, axis: { tickCount } };
  return { x: { field: 'x', ...axis }, y: { field: 'y', ...axis } };
}

const isPoints = (sets: Points | Record<string, Points>): sets is Points =>
  Array.isArray(sets) || ArrayBuffer.isView(sets);
