import ts from 'typescript';

/** One top-level statement that declares names, in the order in which they come to life. */
export interface Declaring {
  statement: ts.Statement;
  names: string[];
  /** Nothing of it is left at run time. */
  typeOnly: boolean;
}

/**
 * The top-level declarations of a cell, in the order in which they come to life: types, imports, functions, then the
 * rest as written. What `using` declares ends with its cell and is not among them.
 */
export function declarations(file: ts.SourceFile): Declaring[] {
  const rank = ({ statement, typeOnly }: Declaring): number => {
    if (typeOnly) return 0;
    return ts.isImportDeclaration(statement) ? 1 : ts.isFunctionDeclaration(statement) ? 2 : 3;
  };
  const found = file.statements.map(declaring).filter((one): one is Declaring => one !== null);
  return found.sort((a, b) => rank(a) - rank(b));
}

function declaring(statement: ts.Statement): Declaring | null {
  if (ts.isVariableStatement(statement)) {
    const { flags, declarations } = statement.declarationList;
    if ((flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using) return null;
    if ((flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing) return null;
    const names = declarations.flatMap(({ name }) => bindingNames(name));
    return { statement, names, typeOnly: isAmbient(statement) };
  }
  if (ts.isImportDeclaration(statement)) {
    const names = importNames(statement.importClause);
    return names.length ? { statement, names, typeOnly: false } : null;
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return { statement, names: [statement.name.text], typeOnly: true };
  if (ts.isModuleDeclaration(statement)) {
    if (!ts.isIdentifier(statement.name) || statement.flags & ts.NodeFlags.GlobalAugmentation) return null;
    return { statement, names: [statement.name.text], typeOnly: isAmbient(statement) };
  }
  if (ts.isEnumDeclaration(statement)) {
    const inlined = !!(ts.getCombinedModifierFlags(statement) & ts.ModifierFlags.Const);
    return { statement, names: [statement.name.text], typeOnly: inlined || isAmbient(statement) };
  }
  if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement)) return null;
  if (!statement.name || (ts.isFunctionDeclaration(statement) && !statement.body)) return null;
  return { statement, names: [statement.name.text], typeOnly: isAmbient(statement) };
}

export function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bindingNames(element.name) : []));
}

function importNames(clause: ts.ImportClause | undefined): string[] {
  if (!clause) return [];
  const bindings = clause.namedBindings;
  const named = !bindings
    ? []
    : ts.isNamespaceImport(bindings)
      ? [bindings.name]
      : bindings.elements.map(({ name }) => name);
  return [...(clause.name ? [clause.name] : []), ...named].map(({ text }) => text);
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
