/** Schedules, forward process, losses and samplers, all of whose coefficients are formulas of `src/formulas`. */
export { execute, tensorAlgebra } from './execute.ts';
export type { Operand } from './operands.ts';
export {
  clippedLogPosteriorVariance,
  cosineSchedule,
  linearSchedule,
  scaledLinearSchedule,
  scheduleFromBetas,
  stepValues,
  tabulate,
} from './schedules.ts';
export type { Schedule } from './schedules.ts';
export { describeSchedule, scheduleFrom } from './describe.ts';
export type { ScheduleDescription } from './describe.ts';
export { spacing } from './spacing.ts';
export { checkTimes } from './times.ts';
export { diffuse } from './forward.ts';
export { predictedX0 } from './parameterization.ts';
export { epsError, simpleLoss } from './losses.ts';
export type { SyncEpsPredictor } from './losses.ts';
export { ddim, ddpm, reverseStep, stepCoefficients } from './step.ts';
export type { Sampler, StepCoefficients } from './step.ts';
export { sample, trajectory } from './samplers.ts';
export type { EpsPredictor, SampleOptions, SamplerState } from './samplers.ts';
export { mixture } from './mixture.ts';
export type { Mixture, MixtureSpec } from './mixture.ts';
