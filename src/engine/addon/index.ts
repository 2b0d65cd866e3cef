/** The official addon of `@tensorflow/tfjs-node` or `-gpu`, where a user has built it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { checkProcessor } from '../native/elf.ts';
import { loadNodeBackend } from '../native/backend.ts';
import { tf } from '../tf.ts';

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
const ADDON = 'tfjs_binding.node';

const require = createRequire(import.meta.url);

export interface AddonSearch {
  /** The built addon, when one was found. */
  file?: string;
  /** The package it belongs to, and that package's version. */
  name?: string;
  version?: string;
  /** Package folders that were looked at. */
  looked: string[];
}

/** Folders of the packages, as Node finds them from here; `SCOREBOOK_TFJS_NODE` names one, and then only that counts. */
function packageFolders(env: NodeJS.ProcessEnv): string[] {
  if (env.SCOREBOOK_TFJS_NODE) return [env.SCOREBOOK_TFJS_NODE];
  const bases = require.resolve.paths('x') ?? [];
  return PACKAGES.flatMap((name) => bases.map((base) => join(base, name)).filter((f) => existsSync(f)));
}

/** Looks for a built addon, of the newest Node-API version first; loads nothing. */
export function findAddon(env: NodeJS.ProcessEnv = process.env): AddonSearch {
  const looked = packageFolders(env);
  for (const folder of looked) {
    const lib = join(folder, 'lib');
    const builds = existsSync(lib) ? readdirSync(lib).filter((name) => /^napi-v\d+$/.test(name)) : [];
    builds.sort((a, b) => Number(b.slice(6)) - Number(a.slice(6)));
    const file = builds.map((build) => join(lib, build, ADDON)).find((path) => existsSync(path));
    if (file === undefined) continue;
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    return { file, name, version, looked };
  }
  return { looked };
}

/** There is no addon here, which is the usual case. */
export class NoAddon extends Error {
  override name = 'NoAddon';
}

/**
 * Loads the addon and sets it as tfjs's backend `tensorflow`. Nothing is compiled on it: `compile` runs eagerly.
 * @throws NoAddon where none was built; an error with the reason where it does not load
 */
export async function startAddon(): Promise<{
  version: string;
  gpu?: string;
  libraries: Record<string, string>;
}> {
  const { file, name, version, looked } = findAddon();
  if (file === undefined) {
    const places = looked.length > 0 ? looked.join('; ') : `no ${PACKAGES.join(' or ')} in node_modules`;
    throw new NoAddon(`no ${ADDON} was built (looked in ${places})`);
  }
  checkProcessor();
  const binding = require(file) as { TF_Version?: string; isUsingGpuDevice(): boolean };
  const Backend = loadNodeBackend();
  tf.registerBackend('tensorflow', () => new Backend(binding, name!) as unknown as tf.KernelBackend, 3);
  if (!(await tf.setBackend('tensorflow'))) throw new Error(`${file} did not start`);
  return {
    version: binding.TF_Version ?? version!,
    ...(binding.isUsingGpuDevice() ? { gpu: 'GPU:0' } : {}),
    libraries: { [name!]: file },
  };
}
