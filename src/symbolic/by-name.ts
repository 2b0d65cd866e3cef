/** Symbols that nobody declared, typeset by their names: `sigma_t` is σ_t, `x0` is x_0, `rate` is upright. */
import type { Expr } from './expr.ts';
import { typeset, type Notation } from './tex.ts';

const greek =
  /^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega)$/;

const word = (text: string): string =>
  text.length <= 1 || /^\d+$/.test(text) ? text : greek.test(text) ? `\\${text}` : `\\mathrm{${text}}`;

export function nameTeX(name: string): string {
  const [head, ...scripts] = name.split('_').flatMap((part) => part.match(/^[A-Za-z]+|\d+|.+/g) ?? []);
  if (head === undefined) return '';
  return scripts.length === 0 ? word(head) : `${word(head)}_{${scripts.map(word).join(',')}}`;
}

/** Notation for claims, which declare no TeX. */
export const byName: Notation = { get: (name) => ({ tex: nameTeX(name) }) };

export const typesetByName = (expr: Expr): string => typeset(expr, byName);
