import { bytesField, concatBytes, intField } from './protobuf.ts';

/** What of TensorFlow's ConfigProto the engine sets (tensorflow/core/protobuf/config.proto). */
export interface SessionConfig {
  /** Threads that one operation may use. */
  intraOpThreads?: number;
  /** Operations that may run at the same time. */
  interOpThreads?: number;
  /** Run an operation on the CPU where the GPU has no kernel for it. */
  softPlacement?: boolean;
  /** Take GPU memory as needed rather than all of it at the start. */
  gpuAllowGrowth?: boolean;
  /** Task that brings the groups of collective operations together. */
  groupLeader?: string;
}

/** Serialized ConfigProto. An empty configuration is zero bytes long. */
export function encodeConfig(config: SessionConfig): Uint8Array {
  const parts: Uint8Array[] = [];
  if (config.intraOpThreads) parts.push(intField(2, config.intraOpThreads));
  if (config.interOpThreads) parts.push(intField(5, config.interOpThreads));
  if (config.gpuAllowGrowth) parts.push(bytesField(6, intField(4, true)));
  if (config.softPlacement) parts.push(intField(7, true));
  if (config.groupLeader) parts.push(bytesField(16, bytesField(1, config.groupLeader)));
  return concatBytes(...parts);
}
