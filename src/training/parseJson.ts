/**
 * `JSON.parse`, but an object that names a key twice is refused: of its two values one would be dropped unseen.
 * @throws SyntaxError for text that is not JSON; Error naming a key that stands twice
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Keys of the objects that are open at a place; undefined for a list. The text is known to be JSON by now.
  const open: (Set<string> | undefined)[] = [];
  for (const [token, quoted, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (quoted === undefined) open.pop();
    else if (colon) {
      const keys = open.at(-1)!;
      const key = JSON.parse(quoted) as string;
      if (keys.has(key)) throw new Error(`the key ${quoted} stands twice in one object, expected once`);
      keys.add(key);
    }
  }
  return value;
}
