import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { findProject, isOutdated, packageRoot, type Project } from './config.ts';

interface VirtualFile {
  text: string;
  version: number;
}

/** The TypeScript language service over one notebook's cells and whatever they import. */
export class Workspace {
  readonly directory: string;
  readonly service: ts.LanguageService;
  /** The file that holds the cell being compiled or completed. */
  readonly cellFile: string;
  /** Whether emitting the cell makes declarations for later ones, which takes a tenth of a small cell's time. */
  declares = true;
  private project: Project;
  private readonly virtual = new Map<string, VirtualFile>();
  private readonly versions = new Map<string, string>();
  private readonly snapshots = new Map<string, { version: string; snapshot: ts.IScriptSnapshot }>();
  /** Texts of package.json files, which TypeScript asks for with every module. */
  private readonly manifests = new Map<string, string | undefined>();
  private modules: ts.ModuleResolutionCache;
  private revision = 0;

  constructor(directory: string) {
    this.directory = directory;
    this.cellFile = join(directory, '__cell__.ts');
    this.project = findProject(directory);
    this.modules = this.newModuleCache();
    this.write(this.cellFile, 'export {};');
    this.service = ts.createLanguageService(this.host(), lastingRegistry());
  }

  /** What is wrong with the project's tsconfig.json, which is read again when it has changed. */
  checkProject(): readonly ts.Diagnostic[] {
    if (isOutdated(this.project, this.directory)) {
      this.project = findProject(this.directory);
      this.refresh(true);
    }
    return this.project.problems;
  }

  get program(): ts.Program {
    const program = this.service.getProgram();
    if (!program) throw new Error('The TypeScript service gave no program.');
    return program;
  }

  /** Sets the text of a virtual file. */
  write(file: string, text: string): void {
    const version = (this.virtual.get(file)?.version ?? 0) + 1;
    this.virtual.set(file, { text, version });
    this.revision++;
  }

  /** Forgets a virtual file that no program will hold again. */
  release(file: string): void {
    this.virtual.delete(file);
    this.snapshots.delete(file);
    this.revision++;
  }

  /** Looks at the disk again: edited sources, and packages installed since. */
  refresh(everything = false): void {
    for (const file of this.versions.keys())
      if (everything || !isPackageFile(file)) this.versions.delete(file);
    if (everything) {
      this.modules = this.newModuleCache();
      this.manifests.clear();
    }
    this.revision++;
  }

  private newModuleCache(): ts.ModuleResolutionCache {
    return ts.createModuleResolutionCache(this.directory, (name) => name, this.project.options);
  }

  private host(): ts.LanguageServiceHost & Pick<ts.CompilerHost, 'getModuleResolutionCache'> {
    const readFile = (file: string): string | undefined => this.read(file);
    const fileExists = (file: string): boolean => this.virtual.has(file) || ts.sys.fileExists(file);
    return {
      getCompilationSettings: () => (this.declares ? this.project.options : this.project.undeclaring),
      getScriptFileNames: () => [this.cellFile],
      getScriptVersion: (file) => this.version(file),
      getScriptSnapshot: (file) => this.snapshot(file),
      getProjectVersion: () => String(this.revision),
      getCurrentDirectory: () => this.project.root,
      getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
      fileExists,
      readFile,
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
      getModuleResolutionCache: () => this.modules,
      resolveModuleNameLiterals: (literals, containing, _redirected, settings, sourceFile) =>
        literals.map((literal) => {
          const mode = sourceFile && ts.getModeForUsageLocation(sourceFile, literal, settings);
          return this.resolve(literal.text, containing, settings, { fileExists, readFile }, mode);
        }),
    };
  }

  private resolve(
    name: string,
    containing: string,
    settings: ts.CompilerOptions,
    files: Pick<ts.ModuleResolutionHost, 'fileExists' | 'readFile'>,
    mode: ts.ResolutionMode,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    const cell = this.fromCell(name);
    if (cell) return cell;
    const host = { ...ts.sys, ...files };
    const own = name === 'tslab' && dirname(containing) === this.directory;
    if (own)
      return ts.resolveModuleName(join(packageRoot, 'src/kernel/tslab.ts'), containing, settings, host);
    const found = ts.resolveModuleName(name, containing, settings, host, this.modules, undefined, mode);
    if (found.resolvedModule || /^[./]/.test(name) || dirname(containing) !== this.directory) return found;
    // A notebook outside any project imports what this package has.
    return ts.resolveModuleName(
      name,
      join(packageRoot, 'package.json'),
      settings,
      host,
      this.modules,
      undefined,
      mode,
    );
  }

  /** What an earlier cell has declared: it lies beside, and the cache of modules would never let go of it. */
  private fromCell(name: string): ts.ResolvedModuleWithFailedLookupLocations | undefined {
    if (!cellModule.test(name)) return undefined;
    const extension = [ts.Extension.Dts, ts.Extension.Ts].find((each) =>
      this.virtual.has(join(this.directory, name + each)),
    );
    if (!extension) return undefined;
    const resolvedFileName = join(this.directory, name + extension);
    return { resolvedModule: { resolvedFileName, extension, isExternalLibraryImport: false } };
  }

  private read(file: string): string | undefined {
    const virtual = this.virtual.get(file);
    if (virtual) return virtual.text;
    if (!file.endsWith('/package.json')) return ts.sys.readFile(file);
    if (!this.manifests.has(file)) this.manifests.set(file, ts.sys.readFile(file));
    return this.manifests.get(file);
  }

  private snapshot(file: string): ts.IScriptSnapshot | undefined {
    const version = this.version(file);
    const known = this.snapshots.get(file);
    if (known?.version === version) return known.snapshot;
    const text = this.read(file);
    if (text === undefined) return undefined;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.snapshots.set(file, { version, snapshot });
    return snapshot;
  }

  private version(file: string): string {
    const virtual = this.virtual.get(file);
    if (virtual) return String(virtual.version);
    let version = this.versions.get(file);
    if (version === undefined) {
      const stats = statSync(file, { throwIfNoEntry: false });
      version = stats ? `${stats.mtimeMs}:${stats.size}` : 'absent';
      this.versions.set(file, version);
    }
    return version;
  }
}

/** What an earlier cell has declared, as a file or as what imports it. */
const cellModule = /\/__cell_\d+__(\.d)?(\.ts)?$/;

function isPackageFile(file: string): boolean {
  return file.includes('/node_modules/');
}

/** Keeps parsed files that the present cell does not import: a later one will. Those of cells are small, and many. */
function lastingRegistry(): ts.DocumentRegistry {
  const registry = ts.createDocumentRegistry();
  return {
    ...registry,
    releaseDocument: (
      file: string,
      settings: ts.CompilerOptions,
      kind?: ts.ScriptKind,
      mode?: ts.ResolutionMode,
    ) => {
      if (cellModule.test(file)) registry.releaseDocument(file, settings, kind!, mode);
    },
    releaseDocumentWithKey: (
      file: ts.Path,
      key: ts.DocumentRegistryBucketKey,
      kind?: ts.ScriptKind,
      mode?: ts.ResolutionMode,
    ) => {
      if (cellModule.test(file)) registry.releaseDocumentWithKey(file, key, kind!, mode);
    },
  };
}
