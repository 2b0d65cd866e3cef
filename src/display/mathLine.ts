/**
 * One line of mathematics that fits its place: it breaks at its relations, then at its sums, and what cannot break is
 * set smaller where it is wider than its place. Browsers break no line inside one `<math>`, so it becomes several.
 */
import { isElement, parseMarkup, type Markup } from './markup.ts';
import { mathml } from './proofMath.ts';
import { widthOf } from './mathWidth.ts';

const relations = new Set([...'=≠≈≡≤<≥>∝∼→⇒⇔∈≔', '≪', '≫', '⟹', '⟺']);

/** HTML of a line in display style, after a word such as `hence`. What is not TeX is shown as its source, marked as an error. */
export function mathLine(tex: string, word = ''): string {
  const [root] = parseMarkup(mathml(`\\displaystyle ${tex}`));
  if (root === undefined || !isElement(root) || root.tag !== 'math')
    return line(mathml(tex), Math.ceil(tex.length / 2), word);
  const clauses = split(atoms(root.children), isRelation).map((clause) => split(clause, isSign));
  const pieces = clauses.flat();
  const widest = Math.max(1, ...pieces.map((piece) => widthOf(piece)));
  return line(clauses.map(clauseHtml).join('<wbr>'), Math.ceil(widest), word);
}

const line = (html: string, widest: number, word: string): string =>
  `<div class="sb-line" style="--sb-w:${widest}">${word === '' ? '' : `<span class="sb-word">${word}</span> `}${html}</div>`;

const clauseHtml = (terms: readonly Markup[][]): string =>
  `<span class="sb-clause">${terms.map(termHtml).join('<wbr>')}</span>`;

const termHtml = (nodes: readonly Markup[]): string => {
  const content = nodes
    .map((node, i) => (i === 0 && isSign(node) ? infix(node.source) : node.source))
    .join('');
  return `<math><mstyle displaystyle="true" scriptlevel="0">${content}</mstyle></math>`;
};

/** A sign that begins a piece would be set as that of a negative number. */
const infix = (source: string): string => source.replace('<mo', '<mo form="infix"');

/** The parts of the line: groups that only hold them together are opened. */
function atoms(nodes: readonly Markup[]): Markup[] {
  return nodes.flatMap((node) => {
    if (!isElement(node)) return [node];
    const opens =
      node.tag === 'mstyle' ||
      (node.tag === 'mrow' && node.attributes === '' && !node.children.some(holdsTogether));
    return opens ? atoms(node.children) : [node];
  });
}

/** A bracket, or the invisible sign that applies `log` to what follows. */
const holdsTogether = (node: Markup): boolean =>
  isElement(node) &&
  node.tag === 'mo' &&
  (node.attributes.includes('fence="true"') || node.text === '\u2061');

/** Nodes in groups, each begun by a node of the kind; a group is more than the signs that begin it. */
function split(nodes: readonly Markup[], begins: (node: Markup) => boolean): Markup[][] {
  const groups: Markup[][] = [[]];
  for (const node of nodes) {
    const last = groups[groups.length - 1];
    if (begins(node) && last.some((earlier) => !isSign(earlier) && !isRelation(earlier))) groups.push([node]);
    else last.push(node);
  }
  return groups;
}

/** `=`, or `=` under a label. */
function isRelation(node: Markup): boolean {
  if (!isElement(node)) return false;
  if (node.tag === 'mo') return node.attributes === '' && relations.has(node.text);
  const [first] = node.children;
  return (
    (node.tag === 'mrow' || node.tag === 'mover') &&
    first !== undefined &&
    /^(mover|mo)$/.test(tagOf(first)) &&
    isRelation(first)
  );
}

const tagOf = (node: Markup): string => (isElement(node) ? node.tag : '');

const isSign = (node: Markup): boolean =>
  isElement(node) && node.tag === 'mo' && node.attributes === '' && /^[+−-]$/.test(node.text);
