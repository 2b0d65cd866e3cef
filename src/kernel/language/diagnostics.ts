import ts from 'typescript';
import type { Problem } from '../channels.ts';

/**
 * A package without types is `any`: a notebook has no place to declare it. And `import m = require('m')` needs no module
 * system of its own: it becomes a call.
 */
const tolerated = new Set([7016, 1202]);

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
export function toProblem(diagnostic: ts.Diagnostic): Problem {
  const { start, length, file } = diagnostic;
  const { code, message } = said(diagnostic);
  if (!file || start === undefined) return { code, message, excerpt: '' };
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const source = file.text.split(/\r?\n/)[line] ?? '';
  const gutter = `${String(line + 1).padStart(4)} | `;
  const carets = '^'.repeat(Math.max(1, Math.min(length ?? 1, source.length - character)));
  const pad = source.slice(0, character).replace(/[^\t]/g, ' ');
  return { code, message, excerpt: `${gutter}${source}\n${' '.repeat(gutter.length - 2)}| ${pad}${carets}` };
}

/** Names of earlier cells are imports to the compiler, and constants to whoever wrote them. */
function said({ code, messageText }: ts.Diagnostic): { code: number; message: string } {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n  ');
  const constant = code === 2632 && /^Cannot assign to '(.+)' because it is an import\.$/.exec(message);
  if (!constant) return { code, message };
  return { code: 2588, message: `Cannot assign to '${constant[1]}' because it is a constant.` };
}
