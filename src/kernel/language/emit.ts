import ts from 'typescript';
import { kernelName, metaName, scopeName } from './parameters.ts';
import { cellTransformer } from './transform.ts';

export interface Emitted {
  /** Script text: an async function of (scope, kernel, meta). Its line 2 is line 1 of the emitted JavaScript. */
  js: string;
  map: string;
  dts: string;
}

/** JavaScript, source map and declarations of a checked cell. */
export function emitCell(
  program: ts.Program,
  file: ts.SourceFile,
  length: number,
  ambient: ReadonlySet<string>,
): Emitted {
  const outputs: Record<string, string> = {};
  const write = (name: string, text: string): void => {
    outputs[/\.d\.ts$|\.js(\.map)?$/.exec(name)?.[0] ?? name] = text;
  };
  const before = [cellTransformer(program.getTypeChecker(), length, ambient)];
  program.emit(file, write, undefined, false, { before });
  const [js, map, dts] = [outputs['.js'], outputs['.js.map'], outputs['.d.ts']];
  if (js === undefined || map === undefined)
    throw new Error('TypeScript emitted no JavaScript for this cell.');
  const body = js.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '').replace(/(^|\n)export \{\};\s*$/, '$1');
  return {
    js: `(async function __cell(${scopeName}, ${kernelName}, ${metaName}) { 'use strict';\n${body}\n})`,
    map,
    dts: dts ?? '',
  };
}
