import { tf } from '../engine/index.ts';
import { epsFromX0, x0FromEps } from '../formulas/index.ts';
import { execute } from './execute.ts';

/** @throws when ᾱ_t = 0: x̂₀ = (x_t − √(1−ᾱ)·ε)/√ᾱ does not exist */
export function checkSignal(abar: number, t: number): void {
  if (!(abar > 0)) {
    throw new RangeError(
      `ᾱ = ${abar} at t = ${t}: ε-prediction needs some signal at every time; use v-prediction or a schedule with ᾱ > 0`,
    );
  }
}

/**
 * The data a noise prediction implies, x̂₀ = (x_t − √(1−ᾱ)·ε)/√ᾱ, and the noise that goes with it. With `clip`, x̂₀ is
 * kept inside the interval and ε is computed anew from the clipped x̂₀, so that the two still add up to x_t.
 *
 * @param xt,eps [B, …]
 * @param at ᾱ in (0, 1), and t for the message of an error
 */
export function predictedX0(
  xt: tf.Tensor,
  eps: tf.Tensor,
  { abar, t }: { abar: number; t: number },
  clip?: readonly [low: number, high: number],
): { x0: tf.Tensor; eps: tf.Tensor } {
  checkSignal(abar, t);
  return tf.tidy(() => {
    const x0 = execute(x0FromEps, { xt, eps, abar });
    if (clip === undefined) return { x0, eps: tf.clone(eps) };
    const clipped = tf.clipByValue(x0, ...clip);
    return { x0: clipped, eps: execute(epsFromX0, { xt, x0: clipped, abar }) };
  });
}
