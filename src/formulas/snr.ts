import { formula } from '../symbolic/index.ts';
import { symbols } from './symbols.ts';

/** Signal variance over noise variance. */
export const snr = formula('signal-to-noise ratio', {
  tex: '\\mathrm{SNR}_t',
  expr: 'abar / (1 - abar)',
  cite: 'Kingma et al. 2021, sec. 3.1',
  symbols,
});
