import ts from 'typescript';
import type { Problem } from '../channels.ts';
import { toProblem } from './diagnostics.ts';
import { absence, hasInstead } from './globals.ts';

/** The compiler's words for a name that it does not know, also where it proposes a library. */
const unknownName = new Set([2304, 2552, 2580, 2584]);

/** What is wrong with a cell, as its reader is told: habits from other notebooks get what to write here. */
export function problemsOf(code: string, diagnostics: readonly ts.Diagnostic[]): Problem[] {
  if (hasJsx(code, diagnostics)) {
    const message =
      "JSX is not compiled in cells: html`<b>${x}</b>` of 'scorebook/kernel' shows HTML, and values are put in as they are.";
    return [{ ...toProblem(diagnostics[0]!), message }];
  }
  const lines = code.split(/\r?\n/);
  const told = new Set<number>();
  return diagnostics.flatMap((diagnostic) => {
    const problem = toProblem(diagnostic);
    const { file, start } = diagnostic;
    if (!file || start === undefined) return problem;
    const { line } = file.getLineAndCharacterOfPosition(start);
    if (told.has(line)) return [];
    const hint = command(lines[line] ?? '');
    if (hint === undefined) return withName(problem);
    told.add(line);
    return { ...problem, message: hint };
  });
}

function withName(problem: Problem): Problem {
  const name = unknownName.has(problem.code)
    ? /^Cannot find name '([^']+)'/.exec(problem.message)?.[1]
    : undefined;
  return name !== undefined && hasInstead(name) ? { ...problem, message: absence(name) } : problem;
}

/** What a line that is meant for IPython or a shell is here. */
function command(line: string): string | undefined {
  const folder = /^\s*[%!]\s*cd\s+(\S+)\s*$/.exec(line)?.[1];
  if (folder)
    return `Cells are TypeScript, without commands: process.chdir(${quoted(folder)}) changes the folder.`;
  const shell = /^\s*(?:!|%%?(?:bash|sh|system|sx)\b)\s*([a-z~./][\w./~-]*(?:\s.*)?)?$/i.exec(line);
  if (shell)
    return `Cells are TypeScript, without commands: (await import('node:child_process')).execSync(${quoted(shell[1] ?? '…')}, { stdio: 'inherit' }) runs one.`;
  const magic = /^\s*%{1,2}([a-z]\w*)/i.exec(line)?.[1];
  if (magic)
    return `Cells are TypeScript, without magic commands such as %${magic}: performance.now() tells the time, import() loads modules.`;
  if (/^\s*\?{1,2}\s*[\w.]+\s*$|^\s*[\w.]+\?{1,2}\s*$/.test(line))
    return 'Cells are TypeScript, without questions: Shift+Tab on a name shows what it is.';
  return undefined;
}

const quoted = (text: string): string => `'${text.trim().replace(/['\\]/g, '\\$&')}'`;

/** Whether a cell with errors of syntax has none as TSX. */
function hasJsx(code: string, diagnostics: readonly ts.Diagnostic[]): boolean {
  if (!diagnostics.some(({ code }) => code < 2000) || !/<\/|\/>/.test(code)) return false;
  const file = ts.createSourceFile('cell.tsx', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.TSX);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: unknown[] };
  const isJsx = (node: ts.Node): boolean =>
    ts.isJsxElement(node) ||
    ts.isJsxSelfClosingElement(node) ||
    ts.isJsxFragment(node) ||
    ts.forEachChild(node, (child) => isJsx(child) || undefined) === true;
  return parseDiagnostics.length === 0 && isJsx(file);
}
