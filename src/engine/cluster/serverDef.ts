/** How TensorFlow's own server is told who takes part: ServerDef (tensorflow/core/protobuf/tensorflow_server.proto). */
import { encodeConfig, type SessionConfig } from '../native/config.ts';
import { bytesField, concatBytes, intField } from '../native/protobuf.ts';

const JOB = 'worker';

/** TensorFlow's name of a rank. */
export const taskName = (rank: number): string => `/job:${JOB}/replica:0/task:${rank}`;

/**
 * Serialized ServerDef.
 * @param addresses `host:port` of every rank, in order; rank 0 leads the groups of collectives
 * @param config what the server's own devices are made with: they replace those of the context
 */
export function encodeServerDef(
  addresses: readonly string[],
  rank: number,
  config: SessionConfig,
): Uint8Array {
  const tasks = addresses.map((address, task) =>
    bytesField(2, concatBytes(intField(1, task), bytesField(2, address))),
  );
  const job = concatBytes(bytesField(1, JOB), ...tasks);
  return concatBytes(
    bytesField(1, bytesField(1, job)),
    bytesField(2, JOB),
    ...(rank === 0 ? [] : [intField(3, rank)]), // zero is what an absent field means
    bytesField(4, encodeConfig({ ...config, groupLeader: taskName(0) })),
    bytesField(5, 'grpc'),
  );
}
