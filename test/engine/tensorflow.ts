import { engineInfo, type BackendName } from '../../src/engine/index.ts';

/**
 * Whether tests that need TensorFlow run: it is absent where Python has no wheel of it, and there they are reported as
 * not run. In CI they run whatever is there, and a missing library fails them.
 */
export const hasTensorFlow = Boolean(process.env.CI) || engineInfo().tensorflow.folder !== undefined;

/** Whether tests on this backend run. */
export const runs = (backend: BackendName): boolean => backend === 'wasm' || hasTensorFlow;
