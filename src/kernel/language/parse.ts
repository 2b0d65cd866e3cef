import ts from 'typescript';

/** The parser's own diagnostics and module mark; the typings of TypeScript 6 keep both to themselves. */
interface ParsedFile {
  parseDiagnostics: ts.DiagnosticWithLocation[];
  externalModuleIndicator: true;
}

/** Parses a cell as a module, so that `await` works at its top level. */
export function parseCell(code: string): { file: ts.SourceFile; errors: ts.DiagnosticWithLocation[] } {
  const setExternalModuleIndicator = (file: ts.SourceFile): void => {
    (file as ts.SourceFile & ParsedFile).externalModuleIndicator = true;
  };
  const options = { languageVersion: ts.ScriptTarget.Latest, setExternalModuleIndicator };
  const file = ts.createSourceFile('cell.ts', code, options, true);
  return { file, errors: (file as ts.SourceFile & ParsedFile).parseDiagnostics };
}
