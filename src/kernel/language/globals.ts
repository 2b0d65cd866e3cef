import ts from 'typescript';

/** The globals of cells: those of this Node, and what the kernel adds. */
const there = new Set([...Object.getOwnPropertyNames(globalThis), 'require']);

/** What to write instead of names that have types, or are known from elsewhere, and are not there. */
const instead: Record<string, string> = {
  ...Object.fromEntries(
    ['alert', 'confirm', 'prompt'].map((name) => [
      name,
      "`input` of 'scorebook/kernel' asks for a line of text.",
    ]),
  ),
  print: '`console.log` prints.',
  display: "`show` of 'scorebook/kernel' shows a value.",
  __dirname: '`import.meta.dirname` is the folder of the notebook.',
  __filename: '`import.meta.filename` is the file of the cell.',
  module: 'What a cell declares is there for later ones.',
  exports: 'What a cell declares is there for later ones.',
};

/** A name that is not there, and what to write instead, where that is known. */
export function absence(name: string): string {
  const hint = instead[name] ?? `If a library has put it there, it is \`globalThis.${name}\`.`;
  return `Cannot find name '${name}': cells run on Node ${process.versions.node}, which has none. ${hint}`;
}

/** Whether there is something to write instead of `name`. */
export const hasInstead = (name: string): boolean => Object.hasOwn(instead, name);

/** Whether a symbol is that of a global which has a type, a browser's for one, and is not there when a cell runs. */
export function isAbsentGlobal(program: ts.Program, symbol: ts.Symbol): boolean {
  const { name, flags, declarations = [] } = symbol;
  if (there.has(name) || !(flags & ts.SymbolFlags.Value) || declarations.length === 0) return false;
  return declarations.every((each) => {
    const file = each.getSourceFile();
    const ofLibrary = program.isSourceFileDefaultLibrary(file) || file.fileName.includes('/@types/node/');
    return ofLibrary && isGlobal(each);
  });
}

function isGlobal(declaration: ts.Declaration): boolean {
  const container = ts.findAncestor(
    declaration.parent,
    (node) =>
      ts.isSourceFile(node) ||
      ts.isModuleBlock(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeLiteralNode(node) ||
      ts.isFunctionLike(node) ||
      ts.isClassLike(node),
  );
  if (!container) return false;
  return ts.isSourceFile(container) || (container.parent.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}

/** Where a cell, the first `length` units of the file, uses such globals as values. `typeof` may ask for them. */
export function absentGlobals(program: ts.Program, file: ts.SourceFile, length: number): ts.Diagnostic[] {
  const checker = program.getTypeChecker();
  const found: ts.Diagnostic[] = [];
  const use = (node: ts.Identifier, symbol: ts.Symbol | undefined): void => {
    if (!symbol || !isAbsentGlobal(program, symbol)) return;
    const start = node.getStart(file);
    const messageText = absence(node.text);
    const category = ts.DiagnosticCategory.Error;
    found.push({ category, code: 2304, file, start, length: node.end - start, messageText });
  };
  const visit = (node: ts.Node): void => {
    if (node.pos >= length) return;
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isTypeOfExpression(node) && ts.isIdentifier(node.expression)) return;
    if (ts.isPropertyAccessExpression(node)) return visit(node.expression);
    if (ts.isBindingElement(node) && node.propertyName && ts.isIdentifier(node.propertyName)) {
      visit(node.name);
      if (node.initializer) visit(node.initializer);
      return;
    }
    if (ts.isShorthandPropertyAssignment(node))
      use(node.name, checker.getShorthandAssignmentValueSymbol(node));
    else if (ts.isIdentifier(node) && !there.has(node.text)) use(node, checker.getSymbolAtLocation(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
