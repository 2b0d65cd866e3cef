// Module hooks, on Node's loader thread, beside tsx's: project modules and data that were edited are loaded anew, with what
// imports them; "tslab" in a cell is this kernel's own; a notebook outside any project imports what this package has.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packageUrl = new URL('../../../package.json', import.meta.url).href;
const tslabUrl = new URL('../tslab.ts', import.meta.url).href;
const typescript = /\.m?tsx?$/;
/** The rest that has a version of its own. What Node requires, and keeps by its path, is not among it. */
const versioned = new Set(['module', 'json']);

/** @typedef {{ version: number, stamp: string, imports: Map<string, number>, load: number }} Loaded */
/** @type {Map<string, Loaded>} by URL without query: the version loaded last, and the versions it imported */
const loaded = new Map();

/** Imports of cells, as the main thread counts them (channels.ts). */
let loads = new Int32Array(3);
let cuts = 0;

/** @param {Int32Array} shared */
export function initialize(shared) {
  loads = shared;
}

/** Node keeps a module that was cut off while it was loaded, and never finishes it: its next import is another version. */
function markCutOff() {
  const now = Atomics.load(loads, 2);
  if (now === cuts) return;
  cuts = now;
  const first = Atomics.load(loads, 1);
  for (const known of loaded.values()) if (known.load >= first) known.stamp = 'cut off';
}

// Outside `"type": "module"` packages tsx marks what a module imports with a query of its own: all are modules here.
const bare = (url) => url.replace(/(%3F|[?#]).*$/, '');
const isCell = (url) => url !== undefined && /\/__cell_\d+__\.ts$/.test(url);
const isProject = (url) => url.startsWith('file:') && !url.includes('/node_modules/');

function stampOf(url) {
  const stats = statSync(fileURLToPath(url), { throwIfNoEntry: false, bigint: true });
  return stats ? `${stats.mtimeNs}:${stats.size}` : 'absent';
}

/** Whether the version loaded last is what a load from disk would give now. */
function isFresh(url, seen = new Set()) {
  const known = loaded.get(url);
  if (!known || known.stamp !== stampOf(url)) return false;
  if (seen.has(url)) return true;
  seen.add(url);
  for (const [imported, version] of known.imports)
    if (loaded.get(imported)?.version !== version || !isFresh(imported, seen)) return false;
  return true;
}

function versionOf(url) {
  const known = loaded.get(url);
  if (known && isFresh(url)) return known.version;
  const version = (known?.version ?? 0) + 1;
  loaded.set(url, { version, stamp: stampOf(url), imports: new Map(), load: Atomics.load(loads, 0) });
  return version;
}

export async function resolve(specifier, context, nextResolve) {
  markCutOff();
  const fromCell = isCell(context.parentURL);
  if (fromCell && specifier === 'tslab') return nextResolve(tslabUrl, context);
  const found = await resolveOrFallBack(specifier, context, nextResolve, fromCell);
  const url = bare(found.url);
  const isTypeScript = typescript.test(url);
  if (!isProject(url) || !(isTypeScript || versioned.has(found.format))) return found;
  const version = versionOf(url);
  const parent = context.parentURL && loaded.get(bare(context.parentURL));
  // A parent being replaced may still be loading: only the newest one's imports count.
  if (parent && queryVersion(context.parentURL) === parent.version) parent.imports.set(url, version);
  // Every project module but a .cts is an ES module, whatever its package says. Where Node has synchronous hooks tsx stands in
  // front of these, and would take a format left open, or Node's own 'commonjs-typescript', for CommonJS.
  const format = isTypeScript ? 'module' : found.format;
  return { ...found, format, url: version === 1 ? url : `${url}?edit=${version}` };
}

function queryVersion(url) {
  return Number(/[?&]edit=(\d+)/.exec(url)?.[1] ?? 1);
}

async function resolveOrFallBack(specifier, context, nextResolve, fromCell) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (!fromCell || /^([./]|\w+:)/.test(specifier)) throw error;
    return nextResolve(specifier, { ...context, parentURL: packageUrl }).catch(() => {
      throw error;
    });
  }
}
