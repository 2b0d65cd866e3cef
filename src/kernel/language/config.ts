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
  /** Where `types` and fallback imports are looked up. */
  root: string;
  /** What is wrong with tsconfig.json; empty where nothing is. */
  problems: readonly ts.Diagnostic[];
}

/** Nothing matches `include`, as nothing is looked for. */
const noInputs = 18003;

/** The compiler options for notebooks in `directory`: those of the nearest tsconfig.json, with what cells need. */
export function findProject(directory: string): Project {
  const file = ts.findConfigFile(directory, existsSync);
  const plain = { ...withoutProject, ...forCells };
  if (!file) return { options: plain, root: packageRoot, problems: [] };
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error) return { options: plain, root: dirname(file), problems: [error] };
  // Cells are the only root files: what the project includes is looked at when a cell imports it.
  const host = { ...ts.sys, readDirectory: () => [] };
  const parsed = ts.parseJsonConfigFileContent(config, host, dirname(file));
  const bundler = { moduleResolution: ts.ModuleResolutionKind.Bundler };
  const options = { ...parsed.options, ...bundler, ...forCells };
  return { options, root: dirname(file), problems: parsed.errors.filter(({ code }) => code !== noInputs) };
}

/** This package's own folder: what notebooks outside a project import from. */
export const packageRoot = join(import.meta.dirname ?? __dirname, '../../..');
