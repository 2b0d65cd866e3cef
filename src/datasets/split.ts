/**
 * Parts 0…count−1 into `held` indices and the rest, at random but the same for the same seed; both ascending.
 *
 * A split must never change with the backend or the engine's generator, so it has its own: Fisher–Yates
 * over splitmix32 (Steele, Lea & Flood 2014, in its 32-bit form).
 */
export function split(count: number, held: number, seed: number): { rest: Uint32Array; held: Uint32Array } {
  if (!Number.isInteger(held) || held < 0 || held >= count) {
    throw new Error(
      `validation: ${held}, expected an integer from 0 to ${count - 1} (there are ${count} images)`,
    );
  }
  const next = splitmix32(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < held; i++) {
    const j = i + Math.floor((next() / 2 ** 32) * (count - i));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return { rest: order.slice(held).sort(), held: order.slice(0, held).sort() };
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}
