/** Tensors: which backend runs, compile(), layers that are fast and exact, seeded noise. */
export { tf, type TensorTree } from './tf.ts';
export { useBackend, backendReport, BACKENDS } from './backends.ts';
export type { BackendName, BackendOptions, BackendReport } from './backends.ts';
export { randomKey, fold, bits, normal, uniform, integers, permutation, type Key } from './random/index.ts';
export { keyTensor, normalInGraph } from './random/inGraph.ts';
export * from './layers/index.ts';
export { compile, type Compiled, type CompileOptions } from './compile.ts';
export { isTracing } from './purity.ts';
export { fuse } from './fuse.ts';
export { inChains } from './chains.ts';
export { liveHandles, withoutLeaks, type LiveHandles } from './leaks.ts';
export { engineInfo, type EngineInfo } from './doctor.ts';
export { joinTeam, type Team, type TeamOptions } from './cluster/team.ts';
export { PeerLost } from './cluster/peers.ts';
export { reservePorts } from './cluster/loopback.ts';
