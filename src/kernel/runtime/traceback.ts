import { SourceMap } from 'node:module';
import { inspect } from 'node:util';
import type { CompiledCell, RunFailure } from '../channels.ts';

/** Lines before the cell's own in its script: the function that wraps it. */
const wrapperLines = 1;
const maxDepth = 8;
const kernelDirectory = new URL('..', import.meta.url).href;

/** Characters of cells and of their source maps that are kept, those of the latest cells. */
const kept = 8 * 2 ** 20;

/** What tracebacks through a cell are written from. */
type Script = Pick<CompiledCell, 'label' | 'source' | 'map'>;

const scripts = new Map<string, Script>();
let characters = 0;

const sizeOf = ({ source, map }: Script): number => source.length + map.length;

/** Tracebacks through this cell show its TypeScript from now on. */
export function rememberScript({ fileName, label, source, map }: CompiledCell): void {
  const script = { label, source, map };
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

/** Error message content for anything thrown by a cell. */
export function describeFailure(thrown: unknown): RunFailure {
  if (!(thrown instanceof Error)) {
    const evalue = inspect(thrown);
    return { status: 'error', ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  return {
    status: 'error',
    ename: nameOf(thrown),
    evalue: String(thrown.message),
    traceback: describeError(thrown, '\u001b[31m', '\u001b[0m'),
  };
}

/** An error with its frames in TypeScript lines, its causes and its aggregated errors, one line each. */
export function describeError(error: Error, red = '', plain = '', depth = 0): string[] {
  const frames = framesOf(error);
  const lines = [`${red}${nameOf(error)}${plain}: ${error.message}`];
  const first = frames.find((frame) => frame.cell);
  lines.push(...frames.map((frame) => `    at ${frame.text}`));
  if (first?.cell && depth === 0) lines.splice(1, 0, ...excerpt(first.cell));
  if (depth >= maxDepth) return lines;
  const nested = (label: string, inner: unknown): void => {
    if (inner === undefined) return;
    const inside =
      inner instanceof Error ? describeError(inner, red, plain, depth + 1) : [inspect(inner, { depth: 1 })];
    lines.push(`${label} ${inside[0]}`, ...inside.slice(1).map((line) => `  ${line}`));
  };
  if (error instanceof AggregateError)
    error.errors.forEach((inner: unknown, i) => nested(`  [${i + 1} of ${error.errors.length}]`, inner));
  nested('  caused by', error.cause);
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
  const map = new SourceMap(JSON.parse(script.map));
  const entry = map.findEntry(Number(line) - 1 - wrapperLines, Number(column) - 1);
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
    path.startsWith(kernelDirectory) ||
    path.startsWith(kernelDirectory.replace('file://', '')) ||
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
