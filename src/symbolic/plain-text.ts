/** Prose and TeX as plain text, for terminals and error messages: `$\bar\alpha_t$` is ᾱ_t. */
const letters: Record<string, string> = {
  ...{ alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', varepsilon: 'ε', zeta: 'ζ', eta: 'η' },
  ...{ theta: 'θ', iota: 'ι', kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', xi: 'ξ', pi: 'π', rho: 'ρ' },
  ...{ sigma: 'σ', tau: 'τ', upsilon: 'υ', phi: 'φ', varphi: 'φ', chi: 'χ', psi: 'ψ', omega: 'ω' },
  ...{ Gamma: 'Γ', Delta: 'Δ', Theta: 'Θ', Lambda: 'Λ', Xi: 'Ξ', Pi: 'Π', Sigma: 'Σ', Phi: 'Φ' },
  ...{ Psi: 'Ψ', Omega: 'Ω', nabla: '∇', partial: '∂', infty: '∞', varnothing: '∅', perp: '⊥', ell: 'ℓ' },
};

const signs: Record<string, string> = {
  ...{ le: ' ≤ ', leq: ' ≤ ', ge: ' ≥ ', geq: ' ≥ ', ne: ' ≠ ', neq: ' ≠ ', in: ' ∈ ', sim: ' ~ ' },
  ...{ propto: ' ∝ ', approx: ' ≈ ', equiv: ' ≡ ', to: ' → ', rightarrow: ' → ', mid: ' | ', middle: '' },
  ...{ cdot: '·', times: '×', pm: '±', mp: '∓', dots: '…', ldots: '…', cdots: '…', sum: '∑', prod: '∏' },
  ...{
    int: '∫',
    lVert: '‖',
    rVert: '‖',
    Vert: '‖',
    quad: ' ',
    qquad: ' ',
    displaystyle: '',
    left: '',
    right: '',
  },
};

/** Set over the letter that they follow. */
const accents: Record<string, string> = {
  ...{ bar: '\u0304', overline: '\u0304', hat: '\u0302', widehat: '\u0302', tilde: '\u0303' },
  ...{ widetilde: '\u0303', dot: '\u0307', vec: '\u20d7' },
};

/** Commands that say how their argument looks. */
const looks = /^(math[a-z]+|text[a-z]*|operatorname|boldsymbol|pmb)$/;

/** TeX as text that reads the same: fractions as a/b, roots as √(…), scripts with _ and ^. */
export function plainTeX(tex: string): string {
  const tokens = tex.match(/\\[A-Za-z]+|\\.|[{}^_]|\s+|[^\\{}^_\s]/gu) ?? [];
  let at = 0;
  const sequence = (closed: boolean): string => {
    let text = '';
    while (at < tokens.length && !(closed && tokens[at] === '}')) text += piece();
    at++;
    return text;
  };
  /** What a command takes: a group, or the next token. */
  const argument = (): string => {
    while (/^\s+$/.test(tokens[at] ?? '')) at++;
    return at < tokens.length ? piece() : '';
  };
  const piece = (): string => {
    const token = tokens[at++];
    if (token === '{') return sequence(true);
    if (token === '}') return '';
    if (token === '^' || token === '_') return `${token}${grouped(argument())}`;
    if (/^\s+$/.test(token)) return ' ';
    if (!token.startsWith('\\')) return token;
    return command(token.slice(1));
  };
  const command = (name: string): string => {
    if (/^d?t?frac$/.test(name)) return `${grouped(argument())}/${grouped(argument())}`;
    if (name === 'sqrt') return `√${grouped(argument())}`;
    if (name === 'overset') return `${argument()}${argument()}`;
    if (name in accents) return `${argument()}${accents[name]}`.normalize('NFC');
    if (name in letters) return letters[name];
    if (name in signs) return signs[name];
    if (looks.test(name)) return argument();
    if (/^[|‖]$/.test(name)) return '‖';
    if (/^[{}%$#&_]$/.test(name)) return name;
    return /^[A-Za-z]/.test(name) ? `${name} ` : name === '!' ? '' : ' ';
  };
  return sequence(false)
    .replace(/\s+/g, ' ')
    .replace(/\s+([,;)\]])/g, '$1')
    .trim();
}

/** What is more than one letter or number stands in brackets. */
const grouped = (text: string): string => (/^[\p{L}\p{N}\p{M}.]*$/u.test(text) ? text : `(${text})`);

/** Prose in which `$…$` is mathematics, as plain text. */
export const plainProse = (text: string): string =>
  text.replace(/\$+([^$]+)\$+/g, (_, tex: string) => plainTeX(tex));
