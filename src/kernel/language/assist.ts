import ts from 'typescript';
import type { Completion, LanguageCalls, MimeBundle } from '../channels.ts';
import { isAbsentGlobal } from './globals.ts';
import { parseCell } from './parse.ts';
import type { Session } from './session.ts';

const maxCompletions = 500;

/** What could stand at `offset`. */
export function complete(
  session: Session,
  code: string,
  offset: number,
): ReturnType<LanguageCalls['complete']> {
  session.show(code);
  const { service, cellFile, program } = session.workspace;
  const word = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, offset))![0];
  const found = service.getCompletionsAtPosition(cellFile, offset, {
    includeCompletionsWithInsertText: false,
    includeSymbol: true,
  });
  const span = found?.optionalReplacementSpan;
  const end = span ? Math.min(code.length, span.start + span.length) : offset;
  const inner = found?.entries.find((entry) => entry.replacementSpan)?.replacementSpan;
  const start = inner?.start ?? offset - word.length;
  const typed = code.slice(start, offset);
  const inType = isInType(program.getSourceFile(cellFile)!, start);
  const isThere = ({ symbol }: ts.CompletionEntry): boolean =>
    !found?.isGlobalCompletion ||
    !symbol ||
    (inType && (symbol.flags & ts.SymbolFlags.Type) !== 0) ||
    !isAbsentGlobal(program, symbol);
  const items = (found?.entries ?? [])
    .filter((entry) => entry.name.startsWith(typed) && !entry.name.startsWith('__cell') && isThere(entry))
    .sort((a, b) => (a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0))
    .slice(0, maxCompletions)
    .map(({ name, kind, symbol }): Completion => {
      return { text: name, type: (symbol && kindBehind(symbol, program.getTypeChecker())) ?? kind };
    });
  return { start, end: Math.max(end, offset), items };
}

/** Whether types are written at `offset`. */
function isInType(file: ts.SourceFile, offset: number): boolean {
  const inside = (node: ts.Node): boolean => {
    if (offset < node.pos || offset > node.end) return false;
    return ts.isTypeNode(node) || ts.forEachChild(node, (child) => inside(child) || undefined) === true;
  };
  return inside(file);
}

/** What an imported name stands for, as the names of earlier cells are; undefined where it is no import. */
function kindBehind(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  if (!(symbol.flags & ts.SymbolFlags.Alias)) return undefined;
  const { flags, valueDeclaration } = checker.getAliasedSymbol(symbol);
  const isConst = valueDeclaration && ts.getCombinedNodeFlags(valueDeclaration) & ts.NodeFlags.Const;
  const kinds: [ts.SymbolFlags, string][] = [
    [ts.SymbolFlags.Function | ts.SymbolFlags.Method, 'function'],
    [ts.SymbolFlags.Class, 'class'],
    [ts.SymbolFlags.Enum, 'enum'],
    [ts.SymbolFlags.Variable, isConst ? 'const' : 'let'],
    [ts.SymbolFlags.Interface, 'interface'],
    [ts.SymbolFlags.TypeAlias, 'type'],
    [ts.SymbolFlags.Module, 'module'],
  ];
  return kinds.find(([flag]) => flags & flag)?.[1];
}

/** Signature and documentation of what is at `offset`, or of the call around it. */
export function inspect(session: Session, code: string, offset: number): MimeBundle | null {
  session.show(code);
  const { service, cellFile } = session.workspace;
  const info = [offset, offset - 1]
    .map((position) => (position < 0 ? undefined : service.getQuickInfoAtPosition(cellFile, position)))
    .find((found) => found && !isUnknown(found));
  if (info) {
    return describe(withoutAlias(ts.displayPartsToString(info.displayParts)), info.documentation, info.tags);
  }
  const help = service.getSignatureHelpItems(cellFile, offset, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!item) return null;
  const parameters = item.parameters
    .map(({ displayParts }) => ts.displayPartsToString(displayParts))
    .join(', ');
  const [before, after] = [item.prefixDisplayParts, item.suffixDisplayParts].map((parts) =>
    ts.displayPartsToString(parts),
  );
  return describe(`${before}${parameters}${after}`, item.documentation, item.tags);
}

/** A name that is declared nowhere is `any` to TypeScript, and nothing more. */
const isUnknown = ({ kind, displayParts }: ts.QuickInfo): boolean =>
  kind === ts.ScriptElementKind.unknown && ts.displayPartsToString(displayParts) === 'any';

/** Names of earlier cells are imports to TypeScript, which a reader has not written. */
const withoutAlias = (signature: string): string =>
  signature.replace(/^\(alias\) /, '').replace(/\nimport [^\n]*$/, '');

function describe(
  signature: string,
  documentation?: ts.SymbolDisplayPart[],
  tags?: ts.JSDocTagInfo[],
): MimeBundle {
  const text = ts.displayPartsToString(documentation);
  const notes = (tags ?? []).map(({ name, text: parts }) => ({ name, text: ts.displayPartsToString(parts) }));
  const plain = [signature, text, ...notes.map((note) => `@${note.name} ${note.text}`)].filter(Boolean);
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    text,
    ...notes.map((note) => `*@${note.name}* ${note.text}`),
  ];
  return { 'text/plain': plain.join('\n\n'), 'text/markdown': markdown.filter(Boolean).join('\n\n') };
}

/** Codes of what a later line can close: an unterminated template or comment. */
const unterminated = new Set([1160, 1010]);
/** Codes of what none can: an unterminated string or regular expression. */
const broken = new Set([1002, 1161]);

/** Whether a console should run `code` or wait for another line. */
export function isComplete(code: string): ReturnType<LanguageCalls['isComplete']> {
  const { file, errors } = parseCell(code);
  const first = errors[0];
  if (!first) return { status: 'complete', indent: '' };
  const atEnd = first.start >= code.trimEnd().length;
  const open = unterminated.has(first.code) || (atEnd && !errors.some((each) => broken.has(each.code)));
  if (!open) return { status: 'invalid', indent: '' };
  return { status: 'incomplete', indent: '  '.repeat(openBrackets(file)) };
}

const opening = new Set([
  ts.SyntaxKind.OpenBraceToken,
  ts.SyntaxKind.OpenParenToken,
  ts.SyntaxKind.OpenBracketToken,
]);
const closing = new Set([
  ts.SyntaxKind.CloseBraceToken,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.CloseBracketToken,
]);

/** Brackets that are not closed, those of templates and regular expressions left out. */
function openBrackets(file: ts.SourceFile): number {
  let open = 0;
  const visit = (node: ts.Node): void => {
    if (opening.has(node.kind as ts.SyntaxKind.OpenBraceToken)) open++;
    if (closing.has(node.kind as ts.SyntaxKind.CloseBraceToken)) open--;
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  return Math.max(0, open);
}
