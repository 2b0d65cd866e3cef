import ts from 'typescript';

/** One top-level statement that declares names, in the order in which they come to life. */
export interface Declaring {
  statement: ts.Statement;
  /** Set where it is one of a statement of variables, each of which comes to life by itself. */
  variable?: ts.VariableDeclaration;
  names: ts.Identifier[];
  /** Nothing of it is left at run time. */
  typeOnly: boolean;
  /** The names are those of each `var` in a block or loop, which belongs to the whole cell. */
  hoisted?: boolean;
}

/**
 * The top-level declarations of a cell, in the order in which they come to life: types, imports, functions, then the
 * rest as written. What `using` declares ends with its cell and is not among them.
 */
export function declarations(statements: readonly ts.Statement[]): Declaring[] {
  const rank = ({ statement, typeOnly }: Declaring): number => {
    if (typeOnly) return 0;
    return isImport(statement) ? 1 : ts.isFunctionDeclaration(statement) ? 2 : 3;
  };
  const found = statements.flatMap((statement) =>
    ts.isVariableStatement(statement) ? variables(statement) : (declaring(statement) ?? []),
  );
  return found.sort((a, b) => rank(a) - rank(b));
}

/** `import … from 'm'` and `import m = require('m')`. */
export const isImport = (
  statement: ts.Node,
): statement is ts.ImportDeclaration | ts.ImportEqualsDeclaration =>
  ts.isImportDeclaration(statement) || isRequire(statement);

export const isRequire = (statement: ts.Node): statement is ts.ImportEqualsDeclaration =>
  ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference);

function variables(statement: ts.VariableStatement): Declaring[] {
  const { flags, declarations } = statement.declarationList;
  const kind = flags & ts.NodeFlags.BlockScoped;
  if (kind === ts.NodeFlags.Using || kind === ts.NodeFlags.AwaitUsing) return [];
  const typeOnly = isAmbient(statement);
  return declarations.map((variable) => ({
    statement,
    variable,
    names: bindingNames(variable.name),
    typeOnly,
  }));
}

function declaring(statement: ts.Statement): Declaring | null {
  if (ts.isImportDeclaration(statement)) {
    const names = importNames(statement.importClause);
    return names.length ? { statement, names, typeOnly: false } : null;
  }
  if (ts.isImportEqualsDeclaration(statement))
    return { statement, names: [statement.name], typeOnly: statement.isTypeOnly };
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return { statement, names: [statement.name], typeOnly: true };
  if (ts.isModuleDeclaration(statement)) {
    if (!ts.isIdentifier(statement.name) || statement.flags & ts.NodeFlags.GlobalAugmentation) return null;
    return {
      statement,
      names: [statement.name],
      typeOnly: isAmbient(statement) || !isInstantiated(statement),
    };
  }
  if (ts.isEnumDeclaration(statement)) {
    const inlined = !!(ts.getCombinedModifierFlags(statement) & ts.ModifierFlags.Const);
    return { statement, names: [statement.name], typeOnly: inlined || isAmbient(statement) };
  }
  if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement)) {
    const names = hoistedNames(statement);
    return names.length > 0 ? { statement, names, typeOnly: false, hoisted: true } : null;
  }
  if (!statement.name || (ts.isFunctionDeclaration(statement) && !statement.body)) return null;
  return { statement, names: [statement.name], typeOnly: isAmbient(statement) };
}

/** The names of each `var` inside a statement, those in functions left out. */
function hoistedNames(statement: ts.Statement): ts.Identifier[] {
  const found = new Map<string, ts.Identifier>();
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      for (const name of node.declarations.flatMap((each) => bindingNames(each.name)))
        if (!found.has(name.text)) found.set(name.text, name);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return [...found.values()];
}

export function bindingNames(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bindingNames(element.name) : []));
}

function importNames(clause: ts.ImportClause | undefined): ts.Identifier[] {
  if (!clause) return [];
  const bindings = clause.namedBindings;
  const named = !bindings
    ? []
    : ts.isNamespaceImport(bindings)
      ? [bindings.name]
      : bindings.elements.map(({ name }) => name);
  return [...(clause.name ? [clause.name] : []), ...named];
}

/** A namespace of nothing but types leaves no object. */
function isInstantiated({ body }: ts.ModuleDeclaration): boolean {
  if (!body || !ts.isModuleBlock(body)) return true;
  return !body.statements.every(
    (inner) => ts.isInterfaceDeclaration(inner) || ts.isTypeAliasDeclaration(inner),
  );
}

function isAmbient(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    !!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)
  );
}

/** Every identifier in the text of a cell, as written. */
export function identifiersIn(file: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
