/** Layers that are exact, with gradients of their own where tfjs's would be slow. Layout is NHWC. */
export { silu } from './activation.ts';
export { addBias } from './bias.ts';
export { dense } from './dense.ts';
export { conv2d, type Conv2dOptions } from './conv.ts';
export { attention } from './attention.ts';
export { upsampleConv2d } from './upsample.ts';
export { timestepEmbedding } from './embedding.ts';
export { groupNormSilu, type GroupNormOptions } from './groupNorm.ts';
