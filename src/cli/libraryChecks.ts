import type { EngineInfo } from '../engine/index.ts';
import type { Check } from './checks.ts';

function cudaCheck({ cuda }: EngineInfo): Check[] {
  if (!cuda) return [];
  const { folder, found, missing } = cuda;
  const without = missing.length > 0 ? `, without ${missing.join(', ')}` : '';
  const status = missing.length > 0 ? 'warning' : 'ok';
  return [{ name: 'CUDA', status, found: `${found.length} libraries in ${folder}${without}` }];
}

function addonCheck({ addon: { file, name, version } }: EngineInfo): Check {
  const found = file ? `${name} ${version} (${file})` : 'the official addon is not built, and not needed';
  return { name: 'addon', status: 'ok', found };
}

function webGpuCheck({ packages, vulkan }: EngineInfo): Check {
  const where = vulkan ? `Vulkan (${vulkan})` : 'no Vulkan (libvulkan1 and the driver of a GPU bring it)';
  const found = packages.webgpu
    ? `webgpu ${packages.webgpu}, ${where}`
    : 'the npm package webgpu is not installed, and optional';
  return { name: 'WebGPU', status: 'ok', found };
}

/** CUDA, the addon, Vulkan: other ways to a GPU, each with where it was found. */
export const otherLibraries = (engine: EngineInfo): Check[] => [
  ...cudaCheck(engine),
  addonCheck(engine),
  webGpuCheck(engine),
];
