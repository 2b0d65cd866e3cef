import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { inspect, types } from 'node:util';
import type { CompiledCell, RunFailure } from '../channels.ts';

/** Lines before the cell's own in its script: the function that wraps it. */
const wrapperLines = 1;
const maxDepth = 8;
/** This kernel's own files, as frames may name them. */
const kernelFiles = [new URL('..', import.meta.url).href, fileURLToPath(new URL('..', import.meta.url))];

/** Characters of cells and of their source maps that are kept, those of the latest cells. */
const kept = 8 * 2 ** 20;

/** What tracebacks through a cell are written from. */
type Script = Pick<CompiledCell, 'label' | 'source' | 'map'> & { parsed?: SourceMap };

const scripts = new Map<string, Script>();
let characters = 0;

const sizeOf = ({ source, map }: Script): number => source.length + map.length;

/** Tracebacks through this cell show its TypeScript from now on. */
export function rememberScript({ fileName, label, source, map }: CompiledCell): void {
  const script: Script = { label, source, map };
  scripts.set(fileName, script);
  characters += sizeOf(script);
  for (const [oldest, old] of scripts) {
    if (characters <= kept) break;
    scripts.delete(oldest);
    characters -= sizeOf(old);
  }
}

interface Frame {
  text: string;
  /** Set for frames in cells. */
  cell?: { script: Script; line: number; column: number };
}

/** Error message content for anything thrown by a cell, also for what throws when it is looked at. */
export function describeFailure(thrown: unknown): RunFailure {
  try {
    return describeThrown(thrown);
  } catch (second) {
    const evalue = `the cell threw something that cannot be shown: ${isError(second) ? second.name : typeof second}`;
    return { status: 'error', ename: 'Thrown', evalue, traceback: [evalue] };
  }
}

/** Also an error of another realm, such as that of a script in a context of its own. */
export const isError = (value: unknown): value is Error => types.isNativeError(value) || isInstance(value);

function isInstance(value: unknown): boolean {
  try {
    return value instanceof Error;
  } catch {
    return false; // a proxy that does not tell what it is
  }
}

/** A message as the reader's code has it: names that cells share are properties of a scope in what runs. */
const asWritten = (message: unknown): string =>
  String(message)
    .replace(/\(0 ?, ?__scope\.([\p{ID_Continue}$]+)\)/gu, '$1')
    .replace(/\b__scope\./g, '');

/** What V8 writes after `at`, and hardly anyone else. */
const isFrame = /^(async )?Promise\.\w+ \(index \d+\)$|<anonymous>\)?$|[/:\\][^ ]*:\d+:\d+\)?$/;

/** Text in which the frames of stacks that go through cells are those of tracebacks, as where a cell prints an error. */
export function withCellFrames(text: string): string {
  if (!text.includes('__cell_') && !text.includes('__scope.')) return text;
  const lines: string[] = [];
  for (const line of asWritten(text).split('\n')) {
    const [, indent, written = '', rest = ''] = /^(\s+)at (.*?)( \{)?$/.exec(line) ?? [];
    const found = isFrame.test(written) ? frame(written) : undefined;
    if (found === undefined) lines.push(line);
    else if (found !== null) lines.push(`${indent}at ${found.text}${rest}`);
    else if (rest && lines.length > 0) lines[lines.length - 1] += rest;
  }
  return lines.join('\n');
}

function describeThrown(thrown: unknown): RunFailure {
  if (!isError(thrown)) {
    const evalue = inspect(thrown);
    return { status: 'error', ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  return {
    status: 'error',
    ename: nameOf(thrown),
    evalue: asWritten(thrown.message),
    traceback: describeError(thrown, '\u001b[31m', '\u001b[0m'),
  };
}

/** An error with its frames in TypeScript lines, its causes and its aggregated errors, one line each. */
export function describeError(error: Error, red = '', plain = '', depth = 0): string[] {
  const frames = framesOf(error);
  const lines = [`${red}${nameOf(error)}${plain}: ${asWritten(error.message)}`];
  const first = frames.find((frame) => frame.cell);
  lines.push(...frames.map((frame) => `    at ${frame.text}`));
  if (first?.cell && depth === 0) lines.splice(1, 0, ...excerpt(first.cell));
  if (depth >= maxDepth) return lines;
  const nested = (label: string, inner: unknown): void => {
    const inside = isError(inner)
      ? describeError(inner, red, plain, depth + 1)
      : [inspect(inner, { depth: 1 })];
    lines.push(`${label} ${inside[0]}`, ...inside.slice(1).map((line) => `  ${line}`));
  };
  if (error instanceof AggregateError)
    error.errors.forEach((inner: unknown, i) => nested(`  [${i + 1} of ${error.errors.length}]`, inner));
  if (error.name === 'SuppressedError' && 'suppressed' in error && 'error' in error) {
    nested('  thrown last:', error.error);
    nested('  suppressed:', error.suppressed);
  }
  if (error.cause !== undefined) nested('  caused by', error.cause);
  return lines;
}

/** The name an error gives itself, or that of its class where it gives none. */
function nameOf(error: Error): string {
  const own = String(error.name || 'Error');
  return own === 'Error' && typeof error.constructor === 'function' ? error.constructor.name || own : own;
}

function framesOf(error: Error): Frame[] {
  const stack = String(error.stack ?? '');
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => frame(line.trim().slice(3)))
    .filter((found): found is Frame => found !== null);
}

function frame(text: string): Frame | null {
  const match = /^(?:(.*) \()?(.*?):(\d+):(\d+)\)?$/.exec(text);
  if (!match) return null;
  const [, name, file = '', line, column] = match;
  const script = scripts.get(file);
  if (!script) return isInternal(file) ? null : { text };
  script.parsed ??= new SourceMap(JSON.parse(script.map));
  const entry = script.parsed.findEntry(Number(line) - 1 - wrapperLines, Number(column) - 1);
  if (!('originalLine' in entry)) return null;
  const position = { script, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  const where = `${script.label}:${position.line}:${position.column}`;
  const known = name && !/^(async )?(Object\.)?<anonymous>$|__cell$/.test(name);
  return { text: known ? `${name} (${where})` : where, cell: position };
}

function isInternal(file: string): boolean {
  const path = file.replace(/^async /, '');
  return (
    path.startsWith('node:') ||
    kernelFiles.some((own) => path.startsWith(own)) ||
    /node_modules\/(tsx|esbuild)\//.test(path) ||
    !/[/\\]/.test(path)
  );
}

function excerpt({ script, line, column }: NonNullable<Frame['cell']>): string[] {
  const source = script.source.split('\n')[line - 1];
  if (source === undefined) return [];
  const gutter = `${line} | `;
  return [`    ${gutter}${source}`, `    ${' '.repeat(gutter.length + column - 1)}^`];
}
