/** The name of a column as a reader's words: `validationLoss` is validation loss, `x_t` is xₜ. */
export function words(name: string): string {
  return name
    .replace(/_([a-z0-9])(?![A-Za-z0-9])/g, (whole, script: string) => subscripts[script] ?? whole)
    .replace(/([a-z])([A-Z])(?=[a-z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .replace(/_/g, ' ');
}

const subscripts: Record<string, string> = {
  ...Object.fromEntries([...'0123456789'].map((digit, i) => [digit, '₀₁₂₃₄₅₆₇₈₉'[i]])),
  ...{ t: 'ₜ', s: 'ₛ', n: 'ₙ', i: 'ᵢ', j: 'ⱼ', k: 'ₖ', m: 'ₘ', x: 'ₓ' },
};
