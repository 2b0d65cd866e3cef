import { displaySymbol, type Displayable, type MimeBundle } from './host.ts';
import { palette } from './theme.ts';

/** A Plotly figure: traces and layout as plotly.js knows them. */
export interface PlotlyFigure {
  data: ({ type?: string; name?: string } & Record<string, unknown>)[];
  layout?: Record<string, unknown>;
  config?: Record<string, unknown>;
}

const grey = '#808080';
// A template, since plotly.js complains of a layout that names what a figure has no use for, such as the paper of a 3-D one.
const look = {
  paper_bgcolor: 'rgba(0,0,0,0)',
  plot_bgcolor: 'rgba(0,0,0,0)',
  font: { color: grey },
  colorway: palette,
  margin: { l: 40, r: 20, t: 40, b: 40 },
};

/**
 * An interactive Plotly figure, for 3-D and for large point sets; plain charts are lighter with `vegaLite`.
 * @throws when `data` is not a list of traces
 */
export function plotly(figure: PlotlyFigure): Displayable & { readonly figure: PlotlyFigure } {
  if (!Array.isArray(figure.data) || figure.data.some((trace) => typeof trace !== 'object' || trace === null))
    throw new Error(
      `a plotly figure is { data: [trace, …], layout }, not ${JSON.stringify(figure).slice(0, 80)}`,
    );
  const full = { ...figure, layout: { template: { layout: look }, ...figure.layout } };
  const traces = figure.data.map(({ type = 'scatter', name }) => (name ? `${name} (${type})` : type));
  return {
    figure: full,
    [displaySymbol]: (): MimeBundle => ({
      'application/vnd.plotly.v1+json': full,
      'text/plain': `plotly figure: ${traces.join(', ') || 'empty'}`,
    }),
  };
}
