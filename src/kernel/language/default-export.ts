import ts from 'typescript';

/** The value of `export default`, where it has no name of its own. */
export function defaultExport(factory: ts.NodeFactory, statement: ts.Statement): ts.Expression | undefined {
  if (ts.isExportAssignment(statement)) return statement.expression;
  if (ts.isFunctionDeclaration(statement) && !statement.name && statement.body) {
    const modifiers = statement.modifiers?.filter(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
    const { asteriskToken, typeParameters, parameters, type, body } = statement;
    return factory.createFunctionExpression(
      modifiers as ts.Modifier[] | undefined,
      asteriskToken,
      undefined,
      typeParameters,
      parameters,
      type,
      body,
    );
  }
  if (!ts.isClassDeclaration(statement) || statement.name) return undefined;
  const { modifiers, typeParameters, heritageClauses, members } = statement;
  return factory.createClassExpression(
    modifiers?.filter(ts.isDecorator),
    undefined,
    typeParameters,
    heritageClauses,
    members,
  );
}
