import { coordinates, planeAxes, type Points, type ScatterOptions } from './scatter.ts';
import { vegaLite, type Figure } from './vegalite.ts';

export interface MultiplesOptions extends ScatterOptions {
  /** Panels in a row; by default as many as a narrow page holds. */
  columns?: number;
}

/** The same plane several times, as with a diffusion at several times t: `smallMultiples([{ title: 't = 0', points }, …])`. */
export function smallMultiples(
  panels: readonly { title: string; points: Points }[],
  { title, domain, side = 110, dot = 6, columns = 3 }: MultiplesOptions = {},
): Figure {
  if (panels.length === 0) throw new Error('nothing to draw: no panels');
  const spec = {
    ...(title ? { title } : {}),
    columns,
    concat: panels.map((panel) => ({
      title: { text: panel.title, anchor: 'middle', fontSize: 13 },
      width: side,
      height: side,
      data: { values: coordinates(panel.points) },
      mark: { type: 'point', size: dot, clip: true, aria: false },
      encoding: planeAxes(domain, 4),
    })),
    resolve: { scale: { x: 'shared', y: 'shared' } },
  };
  return vegaLite(spec, { text: `${title ?? 'panels'}: ${panels.map((panel) => panel.title).join(', ')}` });
}
