/** Well-formed markup as a tree, as far as the typesetting of a line needs it. */
export type Markup = { readonly source: string; readonly text: string } & (
  | { readonly tag: ''; readonly children: readonly [] }
  | { readonly tag: string; readonly attributes: string; readonly children: readonly Markup[] }
);

export const isElement = (node: Markup): node is Extract<Markup, { attributes: string }> => node.tag !== '';

const token = /<\/[\w-]+>|<([\w-]+)((?:\s[^<>]*?)?)(\/?)>|[^<]+/g;

/** The nodes of a text in which every tag is closed, as typesetting writes it. */
export function parseMarkup(source: string): Markup[] {
  const open: { tag: string; attributes: string; from: number; children: Markup[] }[] = [];
  const roots: Markup[] = [];
  const add = (node: Markup): void => void (open.at(-1)?.children ?? roots).push(node);
  for (const found of source.matchAll(token)) {
    const [text, tag, attributes = '', closed] = found;
    if (text.startsWith('</')) {
      const element = open.pop();
      if (element === undefined)
        throw new Error(`markup closes what is not open at ${found.index}: ${source}`);
      const { from, children, ...rest } = element;
      const content = children.map((child) => child.text).join('');
      add({ ...rest, children, text: content, source: source.slice(from, found.index + text.length) });
    } else if (tag === undefined) add({ tag: '', children: [], text, source: text });
    else if (closed) add({ tag, attributes, children: [], text: '', source: text });
    else open.push({ tag, attributes, from: found.index, children: [] });
  }
  return roots;
}
