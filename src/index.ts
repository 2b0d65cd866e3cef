/**
 * What a notebook imports: `import { derive, posteriorMean, train } from 'scorebook'`. Everything public, room by room.
 * A single room loads faster: `import { derive } from 'scorebook/symbolic'`.
 */
export * from './symbolic/index.ts';
export * from './formulas/index.ts';
export * from './engine/index.ts';
export * from './datasets/index.ts';
export * from './models/index.ts';
export * from './diffusion/index.ts';
export * from './training/index.ts';
export * from './metrics/index.ts';
export * from './display/index.ts';
