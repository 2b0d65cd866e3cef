import { expect, test } from 'vitest';
import * as formulas from '../../src/formulas/index.ts';

const { abarStep, betaFromAbar, cosineAbar, ddimVariance, linearBeta, posteriorVariance, scaledLinearBeta } =
  formulas;

/** β_t and ᾱ_t for t = 0 … T by the formulas alone; index 0 holds ᾱ₀ = 1. */
function schedule(beta: (t: number) => number, T = 1000) {
  const betas = [0];
  const abars = [1];
  for (let t = 1; t <= T; t++) {
    betas.push(beta(t));
    abars.push(abarStep.evaluate({ alpha: 1 - betas[t], abarPrev: abars[t - 1] }));
  }
  return { betas, abars };
}

const linear = schedule((t) => linearBeta.evaluate({ t, T: 1000, betaStart: 1e-4, betaEnd: 0.02 }));
const posterior = (t: number): number =>
  posteriorVariance.evaluate({ beta: linear.betas[t], abar: linear.abars[t], abarPrev: linear.abars[t - 1] });

test('the linear schedule leaves 4.0358e-5 of the signal', () => {
  expect(linear.abars[1000]).toBeCloseTo(4.0358e-5, 9);
  expect(Math.sqrt(linear.abars[1000])).toBeCloseTo(0.0063528, 7);
});

test('the scaled-linear schedule leaves 0.0046601 of the signal', () => {
  const { abars } = schedule((t) =>
    scaledLinearBeta.evaluate({ t, T: 1000, betaStart: 0.00085, betaEnd: 0.012 }),
  );
  expect(abars[1000]).toBeCloseTo(0.0046601, 7);
});

test('the cosine schedule has exactly one beta above 0.999, and capping it leaves 2.43e-9', () => {
  const left = (t: number): number => cosineAbar.evaluate({ t, T: 1000, s: 0.008 });
  const raw = (t: number): number => betaFromAbar.evaluate({ abar: left(t), abarPrev: left(t - 1) });
  const { betas, abars } = schedule((t) => Math.min(raw(t), 0.999));
  expect(betas.filter((beta) => beta === 0.999)).toHaveLength(1);
  expect(betas[1000]).toBe(0.999);
  expect(abars[1000]).toBeCloseTo(2.43e-9, 11);
});

test('the posterior variance is 0 at t = 1, where abarPrev is 1 and no proof ranges', () => {
  expect(posterior(1)).toBe(0);
  expect(posterior(2)).toBeCloseTo(5.4532e-5, 9);
});

test('the DDIM variance with eta 1 on adjacent steps is the posterior variance', () => {
  for (const t of [1, 2, 10, 500, 1000]) {
    const values = { eta: 1, abar: linear.abars[t], abarPrev: linear.abars[t - 1] };
    expect(ddimVariance.evaluate(values)).toBeCloseTo(posterior(t), 12);
  }
});

test('a negative radicand in a DDIM step is an error that shows where', () => {
  const values = { abarPrev: 0.9, sigma: 0.5, x0: 1, eps: 1 };
  expect(() => formulas.ddimMean.evaluate(values)).toThrow(
    /DDIM mean: square root of -0\.15.* at abarPrev = 0\.9/,
  );
});

test('respaced beta is 1 minus the ratio of what is left', () => {
  const { abars } = linear;
  let product = 1;
  for (const [t, s] of [
    [1000, 889],
    [889, 778],
  ]) {
    product *= 1 - betaFromAbar.evaluate({ abar: abars[t], abarPrev: abars[s] });
  }
  expect(product).toBeCloseTo(abars[1000] / abars[778], 15);
});

test('guidance scale 1 is conditional, 0 unconditional, and w is the scale minus 1', () => {
  const noise = { epsCond: 2, epsUncond: -3 };
  expect(formulas.guidanceByScale.evaluate({ ...noise, guidanceScale: 1 })).toBe(2);
  expect(formulas.guidanceByScale.evaluate({ ...noise, guidanceScale: 0 })).toBe(-3);
  expect(formulas.guidanceByWeight.evaluate({ ...noise, w: 0.5 })).toBe(
    formulas.guidanceByScale.evaluate({ ...noise, guidanceScale: 1.5 }),
  );
});

test('at zero terminal signal, data comes back from velocity and not from noise', () => {
  expect(formulas.x0FromV.evaluate({ abar: 0, xt: 0.3, v: -0.7 })).toBe(0.7);
  expect(() => formulas.x0FromEps.evaluate({ abar: 0, xt: 0.3, eps: 0.3 })).toThrow('is not a number');
});

test('every formula names a paper, and reads symbols of the one table', () => {
  for (const value of Object.values(formulas)) {
    if (!('cite' in value)) continue;
    expect(value.cite).toMatch(/(19|20)\d\d/);
    expect(value.typeset()).toContain(' = ');
    value.reads.forEach((name) => expect(formulas.symbols.has(name)).toBe(true));
  }
});
