import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What a notebook needs, whatever the project says: cells are compiled whole, and name things for later cells. */
const forCells: ts.CompilerOptions = {
  noEmit: false,
  declaration: true,
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
  types: ['node'],
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
}

/** Nothing matches `include`, as nothing is looked for. */
const noInputs = 18003;

const project = (options: ts.CompilerOptions, root: string, problems: readonly ts.Diagnostic[]): Project => {
  const whole = { ...options, ...forCells };
  return { options: whole, undeclaring: { ...whole, declaration: false }, root, problems };
};

/** The compiler options for notebooks in `directory`: those of the nearest tsconfig.json, with what cells need. */
export function findProject(directory: string): Project {
  const file = ts.findConfigFile(directory, existsSync);
  if (!file) return project(withoutProject, packageRoot, []);
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error) return project(withoutProject, dirname(file), [error]);
  // Cells are the only root files: what the project includes is looked at when a cell imports it.
  const host = { ...ts.sys, readDirectory: () => [] };
  const parsed = ts.parseJsonConfigFileContent(config, host, dirname(file));
  const options = { ...parsed.options, moduleResolution: ts.ModuleResolutionKind.Bundler };
  const problems = parsed.errors.filter(({ code }) => code !== noInputs);
  return project(options, dirname(file), problems);
}

/** This package's own folder: what notebooks outside a project import from. */
export const packageRoot = join(import.meta.dirname ?? __dirname, '../../..');
