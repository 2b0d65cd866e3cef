import { join } from 'node:path';
import ts from 'typescript';
import type { CompileResult } from '../channels.ts';
import { errorsIn, toProblem } from './diagnostics.ts';
import { emitCell } from './emit.ts';
import { absentGlobals } from './globals.ts';
import { problemsOf } from './hints.ts';
import { declarations, type Declaring, identifiersIn } from './names.ts';
import { parseCell } from './parse.ts';
import { Workspace } from './workspace.ts';

/** Where a name that cells have declared comes from. */
interface Known {
  module: string;
  /** Declared with `declare`: it has no place in the shared scope. */
  ambient: boolean;
  /** A `let` or `var`: later cells may assign to it. */
  mutable: boolean;
  /** The comment before it. */
  doc: string;
}

interface Compiled {
  declared: Declaring[];
  module: string;
  augmentsGlobals: boolean;
}

/** Cannot find module, or its types: perhaps it has been installed since. */
const missingModule = new Set([2307, 2792, 7016]);

/** What the cells run so far have declared, and the compiler that checks the next one against it. */
export class Session {
  readonly workspace: Workspace;
  private readonly known = new Map<string, Known>();
  private readonly augmentations: string[] = [];
  /** What each cell that declares something has left for later ones: its file, and the other modules that it names. */
  private readonly modules = new Map<string, { file: string; uses: Set<string> }>();
  private serial = 0;
  private last: Compiled | undefined;

  constructor(directory: string) {
    this.workspace = new Workspace(directory);
  }

  /** Checks a cell and turns it into JavaScript. `number` is what readers see in tracebacks. */
  compile(written: string, number: number): CompileResult {
    const misconfigured = this.workspace.checkProject();
    if (misconfigured.length) return { ok: false, problems: misconfigured.map(toProblem) };
    const code = withoutShell(written);
    const { file: parsed, errors: syntax } = parseCell(code);
    if (syntax.length) return { ok: false, problems: problemsOf(code, syntax).slice(0, 3) };
    const declared = declarations(parsed.statements);
    const text = this.withTrailer(code, parsed, declared, identifiersIn(parsed));
    const augmentsGlobals = parsed.statements.some(isGlobalAugmentation);
    const { workspace } = this;
    workspace.declares = declared.length > 0 || augmentsGlobals;
    workspace.refresh();
    workspace.write(workspace.cellFile, text);
    let problems = this.check(code.length);
    if (problems.some((problem) => missingModule.has(problem.code))) {
      workspace.refresh(true);
      problems = this.check(code.length);
    }
    const errors = errorsIn(problems, code.length);
    if (errors.length) return { ok: false, problems: problemsOf(code, errors) };

    const { program } = workspace;
    const file = program.getSourceFile(workspace.cellFile)!;
    const ambient = new Set([...this.known].filter(([, known]) => known.ambient).map(([name]) => name));
    const { js, map, dts } = emitCell(program, file, code.length, ambient);
    const module = `__cell_${++this.serial}__`;
    const fileName = join(workspace.directory, `${module}.ts`);
    this.last = { declared, module, augmentsGlobals };
    const compiled = {
      ok: true,
      cell: { js, map, fileName, label: `cell [${number}]`, source: written },
    } as const;
    if (declared.length === 0 && !augmentsGlobals) return compiled; // nothing for later cells to see
    // Types that cannot be written down as declarations are kept as source, and so is a `var` of a loop or block.
    const writable =
      dts !== '' &&
      !declared.some(({ hoisted }) => hoisted) &&
      program.getDeclarationDiagnostics(file).length === 0;
    this.keep(module, writable ? '.d.ts' : '.ts', writable ? dts : text);
    return compiled;
  }

  /** Makes what the last compiled cell has declared known; a cell that threw got as far as `progress`. */
  commit(progress: number): null {
    if (!this.last) return null;
    const { declared, module, augmentsGlobals } = this.last;
    const whole = this.known.size + declared.flatMap(({ names }) => names).length;
    for (const [i, { names, typeOnly, statement, hoisted }] of declared.entries()) {
      if (i >= progress && !typeOnly) continue;
      const ambient =
        typeOnly && !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement);
      const mutable =
        hoisted === true ||
        (ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const));
      const doc = mutable ? documentation(statement) : '';
      for (const { text } of names) this.known.set(text, { module, ambient, mutable, doc });
    }
    if (augmentsGlobals) this.augmentations.push(module);
    this.last = undefined;
    // Some names were taken from other cells, or never given.
    if (this.known.size < whole) this.releaseUnused();
    return null;
  }

  private keep(module: string, extension: string, text: string): void {
    const file = join(this.workspace.directory, module + extension);
    this.workspace.write(file, text);
    this.modules.set(module, { file, uses: new Set(text.match(/__cell_\d+__/g)) });
  }

  /** Lets go of the modules of cells whose every name was declared anew, unless what is left refers to them. */
  private releaseUnused(): void {
    const used = new Set([...this.known.values()].map(({ module }) => module).concat(this.augmentations));
    for (const module of used) this.modules.get(module)?.uses.forEach((other) => used.add(other));
    for (const [module, { file }] of this.modules) {
      if (used.has(module)) continue;
      this.modules.delete(module);
      this.workspace.release(file);
    }
  }

  /** A cell's text for completion and inspection, with every known name in scope. */
  show(written: string): void {
    const code = withoutShell(written);
    const { file } = parseCell(code);
    this.workspace.refresh();
    this.workspace.write(
      this.workspace.cellFile,
      this.withTrailer(code, file, declarations(file.statements), null),
    );
  }

  private check(length: number): readonly ts.Diagnostic[] {
    const { program, cellFile } = this.workspace;
    const file = program.getSourceFile(cellFile)!;
    const errors = errorsIn(program.getSemanticDiagnostics(file), length);
    const absent = absentGlobals(program, file, length);
    return absent.length > 0 ? absent : errors; // what is not there has no right use either
  }

  /**
   * The cell as a module: its names exported, and those of earlier cells imported after its text, so that lines keep
   * their numbers. `used` limits the imports to names that the cell mentions.
   */
  private withTrailer(
    code: string,
    file: ts.SourceFile,
    declared: Declaring[],
    used: Set<string> | null,
  ): string {
    const own = new Set(declared.flatMap(({ names }) => names.map(({ text }) => text)));
    const wanted = new Map<string, string[]>();
    const variables: string[] = [];
    for (const [name, { module, mutable, doc }] of this.known) {
      if (own.has(name) || (used && !used.has(name))) continue;
      if (mutable) variables.push(`${doc}\ndeclare let ${name}: typeof import('./${module}').${name};`);
      else wanted.set(module, [...(wanted.get(module) ?? []), name]);
    }
    const imports = [...wanted].map(
      ([module, names]) => `import { ${names.join(', ')} } from './${module}';`,
    );
    const augmentations = this.augmentations.map((module) => `import './${module}';`);
    const exported = exportedNames(file);
    const exports = [...own].filter((name) => !exported.has(name));
    return [code, ';', ...imports, ...variables, ...augmentations, `export { ${exports.join(', ')} };`].join(
      '\n',
    );
  }
}

/** A first line for a shell is a comment, of the same length. */
const withoutShell = (code: string): string => code.replace(/^#!/, '//');

/** The comment that documents a statement. */
const documentation = (statement: ts.Statement): string =>
  ts
    .getJSDocCommentsAndTags(statement)
    .filter(ts.isJSDoc)
    .map((comment) => comment.getText())
    .join('\n');

/** Names that a cell exports by itself, which needs no doing. */
function exportedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause &&
      ts.isNamedExports(statement.exportClause)
    )
      statement.exportClause.elements.forEach(({ name }) => names.add(name.text));
    if (!ts.canHaveModifiers(statement)) continue;
    if (!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) continue;
    for (const own of declarations([statement])) own.names.forEach(({ text }) => names.add(text));
  }
  return names;
}

function isGlobalAugmentation(statement: ts.Statement): boolean {
  return ts.isModuleDeclaration(statement) && (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}
