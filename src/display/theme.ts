/**
 * One look for every chart, readable on a light and on a dark page: nothing is painted behind the marks, text and
 * axes are a mid grey, and the colours (told apart also by the colour-blind) are neither very light nor very dark.
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

const grey = '#808080';
const faint = '#80808040';

export const theme = {
  background: 'transparent',
  view: { stroke: faint },
  font: 'sans-serif',
  title: { color: grey, fontSize: 13, fontWeight: 'normal', anchor: 'start' },
  axis: {
    labelColor: grey,
    titleColor: grey,
    titleFontWeight: 'normal',
    gridColor: faint,
    domainColor: grey,
    tickColor: grey,
  },
  legend: { labelColor: grey, titleColor: grey, titleFontWeight: 'normal' },
  header: { labelColor: grey, titleColor: grey },
  range: { category: palette, heatmap: { scheme: 'viridis' }, ramp: { scheme: 'viridis' } },
  mark: { color: palette[0] },
  line: { strokeWidth: 1.8 },
  point: { filled: true, opacity: 0.6 },
  rule: { color: grey },
  text: { color: grey },
} as const;
