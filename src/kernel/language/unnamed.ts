import ts from 'typescript';

/** `export default` of a function or class without a name, as an expression. */
export function unnamedDefault(factory: ts.NodeFactory, node: ts.Statement): ts.Expression | undefined {
  if (ts.isFunctionDeclaration(node) && !node.name && node.body) {
    const modifiers = node.modifiers?.filter(ts.isModifier);
    const { asteriskToken, typeParameters, parameters, type, body } = node;
    return factory.createFunctionExpression(
      modifiers,
      asteriskToken,
      undefined,
      typeParameters,
      parameters,
      type,
      body,
    );
  }
  if (!ts.isClassDeclaration(node) || node.name) return undefined;
  const { modifiers, typeParameters, heritageClauses, members } = node;
  return factory.createParenthesizedExpression(
    factory.createClassExpression(modifiers, undefined, typeParameters, heritageClauses, members),
  );
}
