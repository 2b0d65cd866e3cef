/** Networks as pure functions of their parameters. */
export { checkNetwork, initialVector, parameterCount, sizeOf, unflatten, vectorOf } from './model.ts';
export type { Denoiser, Model, Params, ParameterSpec } from './model.ts';
export { digitsUnet, unet, type UnetConfig } from './unet.ts';
export { classifier, digitsClassifier, type ClassifierConfig } from './classifier.ts';
