import ts from 'typescript';
import type { Problem } from '../channels.ts';

/** A package without types is `any`: a notebook has no place to declare it. */
const tolerated = new Set([7016]);

/** What must be reported of a cell whose text is the first `length` units of the file. */
export function errorsIn(diagnostics: readonly ts.Diagnostic[], length: number): ts.Diagnostic[] {
  return diagnostics.filter(
    ({ category, start, code }) =>
      category === ts.DiagnosticCategory.Error &&
      (start === undefined || start <= length) &&
      !tolerated.has(code),
  );
}

/** A diagnostic as code, message, source line and caret. */
export function toProblem({ code, messageText, start, length, file }: ts.Diagnostic): Problem {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n  ');
  if (!file || start === undefined) return { code, message, excerpt: '' };
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const source = file.text.split(/\r?\n/)[line] ?? '';
  const gutter = `${String(line + 1).padStart(4)} | `;
  const carets = '^'.repeat(Math.max(1, Math.min(length ?? 1, source.length - character)));
  const pad = source.slice(0, character).replace(/[^\t]/g, ' ');
  return { code, message, excerpt: `${gutter}${source}\n${' '.repeat(gutter.length - 2)}| ${pad}${carets}` };
}
