import type { BackendName } from '../engine/index.ts';
import { choice } from './options.ts';

export const backendOption = choice('run on this backend only', [
  ...(['tensorflow', 'tfjs-node', 'webgpu', 'wasm'] as const satisfies readonly BackendName[]),
]);
