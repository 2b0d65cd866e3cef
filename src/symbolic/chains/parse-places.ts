/** Variables inside a density: x_t, x_{t-1}, x0, xT, x_{1:T}, x1:T, z. */
import type { Cursor } from './cursor.ts';
import type { Token } from './lex.ts';
import type { Index, Place } from './syntax.ts';

export function places(cursor: Cursor): Place[] {
  const list = [place(cursor)];
  while (cursor.take(',')) list.push(place(cursor));
  return list;
}

function place(cursor: Cursor): Place {
  const word = cursor.next();
  if (word.kind !== 'word') throw cursor.error(`expected a variable, got "${word.text}"`, word);
  cursor.requireFree(word);
  if (cursor.take('_')) {
    if (cursor.take('{')) {
      const indexed = ranged(cursor, word.text, cursor.indexOf());
      cursor.expect('}');
      return indexed;
    }
    const token = cursor.next();
    return { family: word.text, index: simpleIndex(cursor, token) };
  }
  // x0, xT and x1:T, as typed in plain text.
  const glued = /^([a-z])T$/.exec(word.text);
  if (glued) return { family: glued[1], index: { base: 'T', plus: 0 } };
  if (cursor.token.kind === 'number' && cursor.token.at === word.at + word.text.length) {
    return ranged(cursor, word.text, { base: '', plus: Number(cursor.next().text) });
  }
  return { family: word.text };
}

const simpleIndex = (cursor: Cursor, token: Token): Index => {
  if (token.kind === 'number') return { base: '', plus: Number(token.text) };
  if (token.kind === 'word') {
    if (token.text !== 'T') cursor.requireFree(token);
    return { base: token.text, plus: 0 };
  }
  throw cursor.error(`expected an index, got "${token.text}"`, token);
};

function ranged(cursor: Cursor, family: string, from: Index): Place {
  return cursor.take(':') ? { family, from, to: cursor.indexOf() } : { family, index: from };
}
