import { existsSync } from 'node:fs';
import { engineInfo, type BackendName } from '../../src/engine/index.ts';

/**
 * Whether tests that need TensorFlow run: it is absent where Python has no wheel of it, and there they are reported as
 * not run. In CI they run whatever is there, and a missing library fails them.
 */
export const hasTensorFlow = Boolean(process.env.CI) || engineInfo().tensorflow.folder !== undefined;

const swiftShader = '/usr/lib/chromium';

/** Vulkan on the CPU, which comes with Debian's Chromium: for right numbers, not for speed. */
export const vulkanEnvironment = {
  VK_ICD_FILENAMES: `${swiftShader}/vk_swiftshader_icd.json`,
  LD_LIBRARY_PATH: swiftShader,
};

/** Whether tests that need Vulkan run: as with TensorFlow, in CI whatever is there. */
export const hasVulkan = Boolean(process.env.CI) || existsSync(vulkanEnvironment.VK_ICD_FILENAMES);

/** Whether tests on this backend run. */
export const runs = (backend: BackendName): boolean => backend === 'wasm' || hasTensorFlow;
