import ts from 'typescript';

type Target = (identifier: ts.Identifier) => ts.Expression;

/** `const NAME = INITIALIZER` as an assignment expression to what `target` gives for each bound name. */
export function toAssignment(
  factory: ts.NodeFactory,
  name: ts.BindingName,
  initializer: ts.Expression | undefined,
  visit: ts.Visitor,
  target: Target,
): ts.Expression {
  const value = initializer ? (ts.visitNode(initializer, visit) as ts.Expression) : factory.createVoidZero();
  if (ts.isIdentifier(name))
    return factory.createAssignment(target(name), named(factory, name.text, initializer, value));
  return factory.createParenthesizedExpression(
    factory.createAssignment(pattern(factory, name, visit, target), value),
  );
}

/** The names of a declaration as the target of an assignment, without a value: what a loop assigns to. */
export const toTarget = (
  factory: ts.NodeFactory,
  name: ts.BindingName,
  visit: ts.Visitor,
  target: Target,
): ts.Expression => (ts.isIdentifier(name) ? target(name) : pattern(factory, name, visit, target));

/** A function or class takes its name from the variable it is first assigned to; a property of the scope gives none. */
function named(
  factory: ts.NodeFactory,
  name: string,
  initializer: ts.Expression | undefined,
  value: ts.Expression,
) {
  const anonymous =
    initializer &&
    (ts.isArrowFunction(initializer) ||
      ((ts.isFunctionExpression(initializer) || ts.isClassExpression(initializer)) && !initializer.name));
  if (!anonymous) return value;
  const literal = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]);
  return factory.createPropertyAccessExpression(factory.createParenthesizedExpression(literal), name);
}

function pattern(
  factory: ts.NodeFactory,
  node: ts.BindingPattern,
  visit: ts.Visitor,
  target: Target,
): ts.Expression {
  const place = (name: ts.BindingName): ts.Expression =>
    ts.isIdentifier(name) ? target(name) : pattern(factory, name, visit, target);
  const withDefault = ({ name, initializer }: ts.BindingElement): ts.Expression =>
    initializer
      ? factory.createAssignment(place(name), ts.visitNode(initializer, visit) as ts.Expression)
      : place(name);
  if (ts.isArrayBindingPattern(node)) {
    return factory.createArrayLiteralExpression(
      node.elements.map((element) => {
        if (ts.isOmittedExpression(element)) return element;
        return element.dotDotDotToken
          ? factory.createSpreadElement(place(element.name))
          : withDefault(element);
      }),
    );
  }
  return factory.createObjectLiteralExpression(
    node.elements.map((element) => {
      if (element.dotDotDotToken) return factory.createSpreadAssignment(place(element.name));
      const key = element.propertyName
        ? (ts.visitNode(element.propertyName, visit) as ts.PropertyName)
        : (element.name as ts.Identifier).text;
      return factory.createPropertyAssignment(key, withDefault(element));
    }),
  );
}
