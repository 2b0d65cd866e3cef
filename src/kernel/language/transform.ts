import ts from 'typescript';
import { bindingNames, type Declaring, declarations, isImport } from './names.ts';
import { toAssignment, toTarget } from './assignment.ts';
import { defaultExport } from './default-export.ts';
import { importStatements, loading, reexportStatements, requireStatement } from './imports.ts';
import { kernelName, metaName, scopeName } from './parameters.ts';

/**
 * Turns a cell into the body of an async function. Top-level names become properties of the shared scope, so that
 * later cells see them and may declare them again; imports become awaited `import()`; the last expression is returned;
 * every `await` ends with a look whether the cell was interrupted.
 */
export function cellTransformer(
  checker: ts.TypeChecker,
  length: number,
  ambient: ReadonlySet<string>,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => new CellTransform(context, checker, file, length, ambient).run();
}

class CellTransform {
  private readonly context: ts.TransformationContext;
  private readonly factory: ts.NodeFactory;
  private readonly checker: ts.TypeChecker;
  private readonly file: ts.SourceFile;
  /** The statements of the cell itself, without those that connect it with earlier cells. */
  private readonly own: ts.Statement[];
  private readonly shared = new Set<ts.Symbol>();
  /** Shared symbols whose own declaration is being visited: inside it they keep their local name. */
  private readonly inside = new Set<ts.Symbol>();
  private readonly orders = new Map<string, number>();
  private readonly hoisting = new Set<string>();

  constructor(
    context: ts.TransformationContext,
    checker: ts.TypeChecker,
    file: ts.SourceFile,
    length: number,
    ambient: ReadonlySet<string>,
  ) {
    this.context = context;
    this.factory = context.factory;
    this.checker = checker;
    this.file = file;
    this.own = file.statements.filter((statement) => statement.getStart(file) < length);
    const declared = declarations(this.own);
    declared.forEach(({ statement, variable, typeOnly, hoisted }, i) => {
      this.orders.set(this.key(variable ?? statement), typeOnly ? 0 : i + 1);
      if (hoisted) this.hoisting.add(this.key(statement));
    });
    this.findShared(declared, ambient);
  }

  run(): ts.SourceFile {
    const { own } = this;
    const imports = own.filter(isImport);
    const functions = own.filter((statement) => ts.isFunctionDeclaration(statement) && statement.body);
    const rest = own.filter((statement) => !isImport(statement) && !ts.isEmptyStatement(statement));
    const statements = [
      ...imports.flatMap((statement) => [
        ...(ts.isImportDeclaration(statement)
          ? importStatements(this.factory, this.checker, statement)
          : requireStatement(this.factory, statement)),
        ...this.progress(statement),
      ]),
      ...functions.flatMap((statement) => this.publish(statement as ts.FunctionDeclaration)),
      ...rest.flatMap((statement, i) => this.topLevel(statement, i === rest.length - 1)),
    ];
    return this.factory.updateSourceFile(this.file, statements);
  }

  private key({ pos, end }: ts.Node): string {
    return `${pos}:${end}`;
  }

  private findShared(declared: Declaring[], ambient: ReadonlySet<string>): void {
    const earlier = declarations(this.file.statements.slice(this.own.length));
    const fromEarlier = earlier.flatMap(({ names }) => names.filter(({ text }) => !ambient.has(text)));
    const fromHere = declared.filter(({ typeOnly }) => !typeOnly).flatMap(({ names }) => names);
    for (const name of [...fromEarlier, ...fromHere]) {
      const symbol = this.checker.getSymbolAtLocation(name);
      if (symbol) this.shared.add(symbol);
    }
  }

  private topLevel(statement: ts.Statement, last: boolean): ts.Statement[] {
    const { factory } = this;
    if (ts.isVariableStatement(statement)) {
      const { declarations } = statement.declarationList;
      if (declarations.some((each) => this.orders.get(this.key(each))))
        return declarations.flatMap((each) => [this.assigning(each), ...this.progress(each)]);
    }
    if (ts.isExportDeclaration(statement)) return reexportStatements(factory, this.checker, statement);
    if (ts.isImportEqualsDeclaration(statement)) return this.alias(statement);
    const exported = defaultExport(factory, statement);
    if (exported) return this.topLevel(factory.createExpressionStatement(exported), last);
    if (ts.isExpressionStatement(statement) && last) {
      const value = ts.visitNode(statement.expression, this.visit) as ts.Expression;
      return [ts.setTextRange(factory.createReturnStatement(this.helper('last', value)), statement)];
    }
    const visited = ts.visitNode(statement, this.visit) as ts.Statement | undefined;
    if (!visited) return [];
    const named =
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isModuleDeclaration(statement);
    if (named) return [visited, ...this.publish(statement)];
    // What a loop declares is there from its first turn, also where a later one throws.
    return this.hoisting.has(this.key(statement)) ? [...this.progress(statement), visited] : [visited];
  }

  /** `import A = N.B`, where B is a value. */
  private alias(statement: ts.ImportEqualsDeclaration): ts.Statement[] {
    const { factory } = this;
    const symbol = this.checker.getSymbolAtLocation(statement.name);
    const target = symbol && this.checker.getAliasedSymbol(symbol);
    if (statement.isTypeOnly || (target && !(target.flags & ts.SymbolFlags.Value)))
      return this.progress(statement);
    const assignment = factory.createAssignment(
      this.inScope(statement.name.text),
      this.qualified(statement.moduleReference as ts.EntityName),
    );
    const made = ts.setTextRange(factory.createExpressionStatement(assignment), statement);
    return [made, ...this.progress(statement)];
  }

  private qualified(name: ts.EntityName): ts.Expression {
    if (ts.isIdentifier(name)) return ts.visitNode(name, this.visit) as ts.Expression;
    return this.factory.createPropertyAccessExpression(this.qualified(name.left), name.right.text);
  }

  /** `scope.f = f`, and the count of completed declarations. */
  private publish(
    statement: ts.FunctionDeclaration | ts.ClassDeclaration | ts.EnumDeclaration | ts.ModuleDeclaration,
  ) {
    const { factory } = this;
    if (!this.orders.get(this.key(statement)) || !statement.name) return [];
    const name = statement.name.text;
    const assignment = factory.createAssignment(this.inScope(name), factory.createIdentifier(name));
    return [factory.createExpressionStatement(assignment), ...this.progress(statement)];
  }

  private progress(node: ts.Node): ts.Statement[] {
    const { factory } = this;
    const order = this.orders.get(this.key(node));
    if (!order) return [];
    const done = factory.createPropertyAccessExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier(kernelName), 'progress'),
      'done',
    );
    return [
      factory.createExpressionStatement(factory.createAssignment(done, factory.createNumericLiteral(order))),
    ];
  }

  private inScope(name: string): ts.PropertyAccessExpression {
    return this.factory.createPropertyAccessExpression(this.factory.createIdentifier(scopeName), name);
  }

  /** In a block `var x;` leaves x as it is. */
  private assignments({ declarations }: ts.VariableDeclarationList): ts.Statement[] {
    return declarations
      .filter(({ initializer }) => initializer !== undefined)
      .map((declaration) => this.assigning(declaration));
  }

  private assigning(declaration: ts.VariableDeclaration): ts.Statement {
    return ts.setTextRange(this.factory.createExpressionStatement(this.assignment(declaration)), declaration);
  }

  private assignment({ name, initializer }: ts.VariableDeclaration): ts.Expression {
    return toAssignment(this.factory, name, initializer, this.visit, (identifier) =>
      ts.setTextRange(this.inScope(identifier.text), identifier),
    );
  }

  private isShared(node: ts.Identifier): boolean {
    const { parent } = node;
    const symbol =
      parent && ts.isShorthandPropertyAssignment(parent) && parent.name === node
        ? this.checker.getShorthandAssignmentValueSymbol(parent)
        : this.checker.getSymbolAtLocation(node);
    return symbol !== undefined && this.shared.has(symbol) && !this.inside.has(symbol);
  }

  private readonly visit = (node: ts.Node): ts.VisitResult<ts.Node | undefined> => {
    const { factory } = this;
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
    if (ts.isIdentifier(node)) {
      return this.isShared(node) ? ts.setTextRange(this.inScope(node.text), node) : node;
    }
    if (ts.isShorthandPropertyAssignment(node)) return this.shorthand(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return factory.createIdentifier(metaName);
    if (ts.isAwaitExpression(node)) return this.resume(ts.visitEachChild(node, this.visit, this.context));
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      return loading(factory, ts.visitEachChild(node, this.visit, this.context));
    if (ts.isForOfStatement(node) && node.awaitModifier) return this.forAwait(node);
    if (ts.isVariableStatement(node) && this.declaresShared(node.declarationList))
      return this.assignments(node.declarationList);
    if (ts.isVariableDeclarationList(node) && this.declaresShared(node)) return this.loopVariable(node);
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && this.isShared(node.expression)) {
      const visited = ts.visitEachChild(node, this.visit, this.context);
      const callee = factory.createParenthesizedExpression(
        factory.createComma(factory.createNumericLiteral(0), visited.expression),
      );
      if (ts.isCallChain(visited))
        return factory.updateCallChain(
          visited,
          callee,
          visited.questionDotToken,
          visited.typeArguments,
          visited.arguments,
        );
      return factory.updateCallExpression(visited, callee, visited.typeArguments, visited.arguments);
    }
    if (
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isModuleDeclaration(node)
    )
      return this.declaration(node);
    return ts.visitEachChild(node, this.visit, this.context);
  };

  /** A named declaration keeps its own name; at the top level it loses `export`. */
  private declaration(
    node: ts.FunctionDeclaration | ts.ClassDeclaration | ts.EnumDeclaration | ts.ModuleDeclaration,
  ): ts.Node {
    const symbol = node.name && this.checker.getSymbolAtLocation(node.name);
    const own = symbol && this.shared.has(symbol) && !this.inside.has(symbol) ? symbol : undefined;
    // A function's body sees what a later cell puts in its place; a class, enum or namespace refers to itself.
    const name = node.name;
    const isFunction = ts.isFunctionDeclaration(node);
    if (own && !isFunction) this.inside.add(own);
    const topLevel = node.parent === this.file;
    const visitor = (child: ts.Node): ts.VisitResult<ts.Node | undefined> => {
      if (child === name) return child;
      if (
        topLevel &&
        (child.kind === ts.SyntaxKind.ExportKeyword || child.kind === ts.SyntaxKind.DefaultKeyword)
      )
        return undefined;
      return this.visit(child);
    };
    const visited = ts.visitEachChild(node, visitor, this.context);
    if (own && !isFunction) this.inside.delete(own);
    return visited;
  }

  private shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
    const { factory } = this;
    const initial =
      node.objectAssignmentInitializer &&
      (ts.visitNode(node.objectAssignmentInitializer, this.visit) as ts.Expression);
    if (!this.isShared(node.name)) return factory.updateShorthandPropertyAssignment(node, node.name, initial);
    const target = ts.setTextRange(this.inScope(node.name.text), node.name);
    return factory.createPropertyAssignment(
      node.name.text,
      initial ? factory.createAssignment(target, initial) : target,
    );
  }

  private resume(value?: ts.Expression): ts.Expression {
    return this.helper('resume', value);
  }

  /** A call of one of the kernel's functions (runner.ts). */
  private helper(name: 'resume' | 'last', value?: ts.Expression): ts.Expression {
    const { factory } = this;
    const helper = factory.createPropertyAccessExpression(factory.createIdentifier(kernelName), name);
    return factory.createCallExpression(helper, undefined, value ? [value] : []);
  }

  private forAwait(node: ts.ForOfStatement): ts.Node {
    const { factory } = this;
    const visited = ts.visitEachChild(node, this.visit, this.context);
    const body = factory.createBlock(
      [factory.createExpressionStatement(this.resume()), visited.statement],
      true,
    );
    return factory.updateForOfStatement(
      visited,
      visited.awaitModifier,
      visited.initializer,
      visited.expression,
      body,
    );
  }

  private declaresShared(list: ts.VariableDeclarationList): boolean {
    return list.declarations.some(({ name }) => bindingNames(name).some((each) => this.isShared(each)));
  }

  /** `for (var i = 0; …)` and `for (var [a, b] of …)`: the names are the cell's. */
  private loopVariable(list: ts.VariableDeclarationList): ts.Expression {
    const [first, ...rest] = list.declarations.map((declaration) =>
      declaration.initializer
        ? this.assignment(declaration)
        : toTarget(this.factory, declaration.name, this.visit, (name) => this.inScope(name.text)),
    );
    return rest.reduce((left, right) => this.factory.createComma(left, right), first!);
  }
}
