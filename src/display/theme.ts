/**
 * One look for every chart, readable on a light and on a dark page: nothing is painted behind the marks, text has the colour
 * of the text around the chart, and the colours (told apart also by the colour-blind) are neither very light nor very dark.
 */
export const palette = [
  '#3d85c6',
  '#e07b39',
  '#2a9d6f',
  '#b565d9',
  '#d1495b',
  '#9c8a1f',
  '#17a2b8',
  '#8c6d5a',
];

const ink = 'currentColor';
const grey = '#808080';
const faint = '#80808040';

export const theme = {
  background: 'transparent',
  view: { stroke: faint },
  font: 'sans-serif',
  title: { color: ink, fontSize: 14, fontWeight: 'normal', anchor: 'start' },
  axis: {
    labelColor: ink,
    labelFontSize: 12,
    titleColor: ink,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    gridColor: faint,
    domainColor: grey,
    tickColor: grey,
  },
  // Above the chart, so that it takes no width: a page may be narrow.
  legend: {
    orient: 'top',
    columns: 3,
    labelColor: ink,
    labelFontSize: 13,
    labelLimit: 0,
    titleColor: ink,
    titleFontWeight: 'normal',
  },
  header: { labelColor: ink, titleColor: ink, labelFontSize: 12 },
  range: { category: palette, heatmap: { scheme: 'viridis' }, ramp: { scheme: 'viridis' } },
  mark: { color: palette[0] },
  line: { strokeWidth: 1.8 },
  point: { filled: true, opacity: 0.6 },
  rule: { color: grey },
  text: { color: ink },
} as const;
