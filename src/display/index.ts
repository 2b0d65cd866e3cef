import './present.ts';

export { displaySymbol, type Displayable, type Host, type MimeBundle } from './host.ts';
export { imageGrid, writePng, type GridOptions, type ImageGrid, type Images } from './imageGrid.ts';
export { lineChart, lossCurve, type LineOptions, type Row } from './line.ts';
export { live, type LiveOptions } from './live.ts';
export { smallMultiples, type MultiplesOptions } from './multiples.ts';
export { plotly, type PlotlyFigure } from './plotly.ts';
export { proofTable, type ProofTable, type ProofTableOptions } from './proof.ts';
export { formulaCard } from './proofFormula.ts';
export { progress, type Progress, type ProgressOptions } from './progress.ts';
export { scatter, type Points, type ScatterOptions } from './scatter.ts';
export { symbolCard } from './symbolCard.ts';
export { vegaLite, type Figure } from './vegalite.ts';
