import ts from 'typescript';
import { kernelName, scopeName } from './parameters.ts';

/**
 * `import { a } from 'm'` as `const m = await import('m'); kernel.bind('a', m, 'a')`. Names that are types only leave
 * nothing behind; an import of nothing but types is not loaded.
 */
export function importStatements(
  factory: ts.NodeFactory,
  checker: ts.TypeChecker,
  { importClause, moduleSpecifier, attributes }: ts.ImportDeclaration,
): ts.Statement[] {
  if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bound = importClause ? boundNames(checker, importClause) : [];
  if (importClause && bound.length === 0) return [];
  const options = attributes && [
    factory.createObjectLiteralExpression([
      factory.createPropertyAssignment(
        'with',
        factory.createObjectLiteralExpression(
          attributes.elements.map(({ name, value }) => factory.createPropertyAssignment(name.text, value)),
        ),
      ),
    ]),
  ];
  const { text } = moduleSpecifier as ts.StringLiteral;
  const loaded = ts.setTextRange(loadModule(factory, text, options), moduleSpecifier);
  if (bound.length === 0) return [factory.createExpressionStatement(loaded)];
  const module = factory.createUniqueName('module');
  const declaration = factory.createVariableDeclaration(module, undefined, undefined, loaded);
  return [
    factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
    ),
    ...bound.map(({ name, key }) => bind(factory, name, module, key)),
  ];
}

/** `export … from 'm'` as `await import('m')`: what a cell exports is seen by nobody. An export of nothing but types is not loaded. */
export function reexportStatements(
  factory: ts.NodeFactory,
  checker: ts.TypeChecker,
  { moduleSpecifier, exportClause, isTypeOnly }: ts.ExportDeclaration,
): ts.Statement[] {
  if (!moduleSpecifier || isTypeOnly) return [];
  const names = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : [];
  if (names.length > 0 && names.every((each) => each.isTypeOnly || !isValue(checker, each.name))) return [];
  const loaded = loadModule(factory, (moduleSpecifier as ts.StringLiteral).text);
  return [factory.createExpressionStatement(ts.setTextRange(loaded, moduleSpecifier))];
}

/** `kernel.load(kernel.beginLoad(), import('m'))`: an interrupt leaves a module that is being loaded its time. */
export function loading(factory: ts.NodeFactory, imported: ts.Expression): ts.Expression {
  const helper = (name: string): ts.Expression =>
    factory.createPropertyAccessExpression(factory.createIdentifier(kernelName), name);
  const begin = factory.createCallExpression(helper('beginLoad'), undefined, []);
  return factory.createCallExpression(helper('load'), undefined, [begin, imported]);
}

/** `import('m', options)`, as `loading` has it, awaited. */
function loadModule(
  factory: ts.NodeFactory,
  specifier: string,
  options: ts.Expression[] = [],
): ts.AwaitExpression {
  const callee = factory.createToken(ts.SyntaxKind.ImportKeyword) as unknown as ts.Expression;
  const imported = factory.createCallExpression(callee, undefined, [
    factory.createStringLiteral(specifier),
    ...options,
  ]);
  return factory.createAwaitExpression(loading(factory, imported));
}

/** `import m = require('m')` as `scope.m = require('m')`. */
export function requireStatement(
  factory: ts.NodeFactory,
  { name, moduleReference, isTypeOnly }: ts.ImportEqualsDeclaration,
): ts.Statement[] {
  if (isTypeOnly) return [];
  const { expression } = moduleReference as ts.ExternalModuleReference;
  const target = factory.createPropertyAccessExpression(factory.createIdentifier(scopeName), name.text);
  const call = factory.createCallExpression(factory.createIdentifier('require'), undefined, [
    factory.createStringLiteral((expression as ts.StringLiteral).text),
  ]);
  return [
    ts.setTextRange(
      factory.createExpressionStatement(factory.createAssignment(target, call)),
      moduleReference,
    ),
  ];
}

interface Bound {
  name: string;
  /** Export it stands for; null for the whole module. */
  key: string | null;
}

function boundNames(checker: ts.TypeChecker, clause: ts.ImportClause): Bound[] {
  const bound: Bound[] =
    clause.name && isValue(checker, clause.name) ? [{ name: clause.name.text, key: 'default' }] : [];
  const bindings = clause.namedBindings;
  if (!bindings) return bound;
  if (ts.isNamespaceImport(bindings)) return [...bound, { name: bindings.name.text, key: null }];
  const values = bindings.elements.filter((element) => !element.isTypeOnly && isValue(checker, element.name));
  return [
    ...bound,
    ...values.map(({ name, propertyName }) => ({ name: name.text, key: (propertyName ?? name).text })),
  ];
}

/** Whether an imported or exported name stands for a value, and not for a type only. */
function isValue(checker: ts.TypeChecker, name: ts.Node): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) return true;
  const target = checker.getAliasedSymbol(symbol);
  // What has no types at all is a value.
  return checker.isUnknownSymbol(target) || (target.flags & ts.SymbolFlags.Value) !== 0;
}

function bind(
  factory: ts.NodeFactory,
  name: string,
  module: ts.Identifier,
  key: string | null,
): ts.Statement {
  const callee = factory.createPropertyAccessExpression(factory.createIdentifier(kernelName), 'bind');
  const from = key === null ? factory.createNull() : factory.createStringLiteral(key);
  return factory.createExpressionStatement(
    factory.createCallExpression(callee, undefined, [factory.createStringLiteral(name), module, from]),
  );
}
