/**
 * About how wide mathematics is, in em of its font, seldom less than it is: a line is set smaller by it where it does not
 * fit, before a browser has measured anything.
 */
import { isElement, type Markup } from './markup.ts';

/** Scripts are set at this size of their base. */
const script = 0.72;

interface Style {
  /** Fractions inside a fraction are set as scripts are. */
  display: boolean;
  scale: number;
}

export const widthOf = (nodes: readonly Markup[]): number => row(nodes, { display: true, scale: 1 });

const row = (nodes: readonly Markup[], style: Style): number =>
  nodes.reduce((sum, node) => sum + width(node, style), 0);

function width(node: Markup, style: Style): number {
  if (!isElement(node)) return 0;
  const { tag, children, attributes, text } = node;
  const small = { display: false, scale: style.scale * script };
  switch (tag) {
    case 'mi':
    case 'mn':
    case 'mtext':
      return letters(text) * style.scale;
    case 'mo':
      return operator(text, attributes) * style.scale;
    case 'mspace':
      return Math.max(0, Number(/width="(-?[\d.]+)em"/.exec(attributes)?.[1] ?? 0)) * style.scale;
    case 'mfrac': {
      const inside = style.display ? { ...style, display: false } : small;
      return Math.max(...children.map((child) => width(child, inside))) + 0.3 * style.scale;
    }
    case 'msqrt':
    case 'mroot':
      return row(children, style) + style.scale;
    case 'msub':
    case 'msup':
    case 'msubsup': {
      const [base, ...scripts] = children;
      return (
        width(base, style) + Math.max(...scripts.map((child) => width(child, small))) + 0.08 * style.scale
      );
    }
    case 'mover':
    case 'munder':
    case 'munderover': {
      const [base, ...labels] = children;
      return Math.max(width(base, style), ...labels.map((child) => width(child, small)));
    }
    case 'mtr':
      return children.reduce((sum, cell) => sum + width(cell, style) + 0.8 * style.scale, 0);
    case 'mtable':
      return Math.max(0, ...children.map((child) => width(child, style)));
    default:
      return row(children, style);
  }
}

function letters(text: string): number {
  let sum = 0;
  for (const letter of text.replace(/&\w+;/g, 'x'))
    sum += /[mwMWℝ𝔼]/u.test(letter)
      ? 0.92
      : /[A-ZΑ-Ω]/u.test(letter)
        ? 0.76
        : /[ijl.,' ]/.test(letter)
          ? 0.34
          : 0.6;
  return sum;
}

function operator(text: string, attributes: string): number {
  if (/^[\u2061-\u2064]?$/.test(text)) return 0;
  if (attributes.includes('form="prefix"') && /^[+−-]$/.test(text)) return 0.8;
  if (attributes.includes('fence="true"')) return attributes.includes('stretchy="true"') ? 0.75 : 0.4;
  if (/^[,;:!.]$/.test(text)) return 0.5;
  if (/^[∑∏∫]/.test(text)) return 1.6;
  if (/^[+−\-±×⋅·]$/.test(text)) return 1.25;
  if (/^[()[\]{}|‖]$/.test(text)) return 0.5;
  return 1.4;
}
