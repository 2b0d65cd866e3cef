/** Training: optimizer, moving average, learning rates, the loop, checkpoints. */
export { adam, type AdamOptions, type Moments, type Optimizer } from './adam.ts';
export { batches, dataOrder, sliceOf, spreadTimes, type Batch, type Slice } from './batches.ts';
export { loadModel, MODEL_FILE, saveForDiffusers, saveModel } from './checkpoint.ts';
export {
  loadClassifier,
  trainClassifier,
  trainedClassifier,
  type ClassifierOptions,
  type TrainedClassifier,
} from './classifier.ts';
export { fromDiffusersConfig, toDiffusersConfig } from './diffusers.ts';
export { ema, emaDecay } from './ema.ts';
export { readSafetensors, writeSafetensors, type FileTensor, type Safetensors } from './safetensors.ts';
export { constant, linearDecay, warmUp, type LearningRate } from './schedule.ts';
export { SettingDiffers, SettingsMissing } from './compare.ts';
export type { RunSettings } from './settings.ts';
export { LOCK_FILE, probeRunFolder } from './runFolder.ts';
export { RunExists, STATE_FILE } from './state.ts';
export { train, type TrainingReport, type TrainingRun } from './train.ts';
export type { Setting, TrainingData, TrainOptions } from './trainOptions.ts';
export { loadTrained, trainedModel, type TrainedModel } from './trained.ts';
export { validator } from './validation.ts';
