import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What a notebook needs, whatever the project says: cells are compiled whole, and name things for later cells. */
const forCells: ts.CompilerOptions = {
  noEmit: false,
  noEmitOnError: false,
  noEmitHelpers: false,
  emitDeclarationOnly: false,
  emitBOM: false,
  importHelpers: false,
  stripInternal: false,
  declaration: true,
  declarationMap: false,
  declarationDir: undefined,
  outFile: undefined,
  sourceMap: true,
  inlineSourceMap: false,
  removeComments: false,
  isolatedModules: false,
  isolatedDeclarations: false,
  verbatimModuleSyntax: false,
  erasableSyntaxOnly: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  incremental: false,
  composite: false,
  outDir: undefined,
  rootDir: undefined,
  skipLibCheck: true,
};

/** For notebooks outside any project. */
const withoutProject: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  resolveJsonModule: true,
  esModuleInterop: true,
};

export interface Project {
  options: ts.CompilerOptions;
  /** The same without declarations. TypeScript's caches go by the object: one for all cells that declare nothing. */
  undeclaring: ts.CompilerOptions;
  /** Where `types` and fallback imports are looked up. */
  root: string;
  /** What is wrong with tsconfig.json; empty where nothing is. */
  problems: readonly ts.Diagnostic[];
  /** The nearest tsconfig.json, and what it extends. */
  files: string[];
  /** When these were written. */
  stamp: string;
}

/** Nothing matches `include`, as nothing is looked for. */
const noInputs = 18003;

function project(
  options: ts.CompilerOptions,
  root: string,
  problems: readonly ts.Diagnostic[],
  files: string[],
): Project {
  const whole = { ...options, ...forCells, ...onNode(options, root) };
  const undeclaring = { ...whole, declaration: false };
  return { options: whole, undeclaring, root, problems, files, stamp: stampOf(files) };
}

/**
 * Cells run on Node, with its types. Every Node that starts this kernel runs what ES2022 brought, such as `await` at the top; what
 * is no standard yet, such as `using`, none of them runs as it is. The library stays that of the project's target.
 */
function onNode(options: ts.CompilerOptions, root: string): ts.CompilerOptions {
  const { ES2022, ESNext, LatestStandard } = ts.ScriptTarget;
  const wanted = options.target ?? LatestStandard;
  const found = ts.getEffectiveTypeRoots(options, { getCurrentDirectory: () => root }) ?? [];
  return {
    target: Math.min(Math.max(wanted, ES2022), LatestStandard),
    ...(wanted === ESNext && !options.lib ? { lib: ['lib.esnext.full.d.ts'] } : {}),
    types: [...new Set([...(options.types ?? []), 'node'])],
    typeRoots: [...found, ownTypes],
  };
}

/** The compiler options for notebooks in `directory`: those of the nearest tsconfig.json, with what cells need. */
export function findProject(directory: string): Project {
  const file = ts.findConfigFile(directory, existsSync);
  if (!file) return project(withoutProject, packageRoot, [], []);
  // Tells what is no JSON; the source file, which tells what it extends, does not.
  const { error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error) return project(withoutProject, dirname(file), [error], [file]);
  // Cells are the only root files: what the project includes is looked at when a cell imports it.
  const host = { ...ts.sys, readDirectory: () => [] };
  const source = ts.readJsonConfigFile(file, ts.sys.readFile);
  const parsed = ts.parseJsonSourceFileConfigFileContent(source, host, dirname(file), undefined, file);
  const options = { ...parsed.options, moduleResolution: ts.ModuleResolutionKind.Bundler };
  const problems = parsed.errors.filter(({ code }) => code !== noInputs);
  return project(options, dirname(file), problems, [file, ...(source.extendedSourceFiles ?? [])]);
}

/** Whether the nearest tsconfig.json is another one now, or says something else. */
export function isOutdated({ problems, files, stamp }: Project, directory: string): boolean {
  if (problems.length > 0) return true; // what it extends may be there now
  return ts.findConfigFile(directory, existsSync) !== files[0] || stampOf(files) !== stamp;
}

const stampOf = (files: string[]): string =>
  files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join();

/** This package's own folder: what notebooks outside a project import from. */
export const packageRoot = join(import.meta.dirname ?? __dirname, '../../..');

/** For projects without @types/node of their own. */
const ownTypes = dirname(
  dirname(createRequire(join(packageRoot, 'package.json')).resolve('@types/node/package.json')),
);
