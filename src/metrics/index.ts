/** How good samples are. */
export { digitQuality, qualityOf, type Quality } from './quality.ts';
