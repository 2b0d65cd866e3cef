/** Several processes that train together: TensorFlow's collective runtime, joined and watched. */
import { compile } from '../compile.ts';
import type { OpAttr } from '../native/eager.ts';
import { nativeBackend } from '../native/index.ts';
import { textAttr, typeAttr } from '../native/kernels.ts';
import { tf } from '../tf.ts';
import { closeToOtherMachines } from './loopback.ts';
import { encodeServerDef } from './serverDef.ts';
import { enableCollectives, waitForPeers, watchPeers } from './peers.ts';

export interface TeamOptions {
  /** `host:port` of every rank, in order, the same list on each. */
  addresses: readonly string[];
  /** Which of them this process is, from 0. */
  rank: number;
  /** How long the others may take to come, in seconds. */
  patience?: number;
  /** Called when that takes a while, with the addresses of those who are missing. */
  waiting?: (missing: readonly string[]) => void;
}

/** A rank's view of the processes it works with. Every rank must call the same things in the same order. */
export interface Team {
  readonly rank: number;
  readonly size: number;
  /** The sum of every rank's `tensor`, the same bits on each. Inside a compiled function only. */
  sum<T extends tf.Tensor>(tensor: T): T;
  /** Rank 0's `tensor` on every rank; elsewhere its shape and dtype count. The caller disposes both. */
  fromFirst<T extends tf.Tensor>(tensor: T): Promise<T>;
  /** What `body` resolves to; where it fails because another rank is gone, PeerLost says which. */
  together<R>(body: () => Promise<R>): Promise<R>;
  /** Resolves when every rank has come here; after it a rank that ends is not missed. */
  leave(): Promise<void>;
}

const GROUP = 1;
/** Time for the last answers to others to be on their way before this process may end. */
const FLUSH_MS = 200;

/**
 * Joins the processes at `addresses`, of which this is one. Before the first tensor, as TensorFlow's devices are made anew.
 * Where every address is of the loopback network, no other machine can reach the port.
 *
 * A rank that dies is noticed within seconds: whatever waits for it then fails with {@link PeerLost}.
 * @throws when the backend is not libtensorflow, tensors exist, the port is taken, or somebody has not come in time
 */
export async function joinTeam({
  addresses,
  rank,
  patience = 300,
  waiting = () => undefined,
}: TeamOptions): Promise<Team> {
  const size = addresses.length;
  if (!Number.isInteger(rank) || rank < 0 || rank >= size)
    throw new Error(`rank: ${rank}, expected 0 … ${size - 1} of ${size} addresses`);
  const backend = nativeBackend();
  if (!backend)
    throw new Error('several processes train together on libtensorflow only: useBackend tensorflow first');
  if (backend.eager.handles.size > 0 || tf.memory().numTensors > 0)
    throw new Error('joinTeam: expected no tensor before it; join right after useBackend');
  const { context } = backend.eager;
  keepFromProxies(addresses);
  enableCollectives(context, encodeServerDef(addresses, rank, context.config), addresses[rank]!);
  if (addresses.every((address) => /^(127\.|localhost:)/.test(address)))
    await closeToOtherMachines(Number(addresses[rank]!.split(':').at(-1)));
  await waitForPeers(context, { addresses, rank, patience, waiting });
  const watch = watchPeers(context, { addresses, rank });

  let instances = 0;
  const sum = <T extends tf.Tensor>(tensor: T): T => {
    if (!backend.recorder) throw new Error('team.sum: expected inside a compiled function');
    instances += 1;
    return tf.tidy(() => {
      const numbers = [size, GROUP, instances].map((n) => tf.scalar(n, 'int32'));
      return backend.executeSingleOutput('CollectiveReduceV2', reduceAttrs(tensor), [
        tensor,
        ...numbers,
      ]) as T;
    });
  };
  // Adding zeros leaves a number as it is.
  const first = compile((tensor: tf.Tensor) => sum(rank === 0 ? tensor : tf.zerosLike(tensor)), {
    name: 'fromFirst',
  });
  const together = async <R>(body: () => Promise<R>): Promise<R> => {
    try {
      return await body();
    } catch (error) {
      // The first answer may be to a question from before it happened.
      throw watch.lost() ?? (await watch.ask()) ?? (await watch.ask()) ?? error;
    }
  };
  return {
    rank,
    size,
    sum,
    together,
    fromFirst: (tensor) => together(() => first(tensor)) as Promise<typeof tensor>,
    async leave() {
      const token = tf.scalar(0);
      const met = await together(() => first(token));
      tf.dispose([token, met]);
      watch.stop();
      await new Promise((done) => setTimeout(done, FLUSH_MS));
    },
  };
}

const reduceAttrs = (tensor: tf.Tensor): OpAttr[] => [
  typeAttr('T', tensor.dtype),
  textAttr('merge_op', 'Add'),
  textAttr('final_op', 'Id'),
  textAttr('communication_hint', 'auto'), // NCCL between GPUs, a ring over gRPC elsewhere
];

/** gRPC would send what is for the other ranks to the proxy that http_proxy names, this machine's own included. */
function keepFromProxies(addresses: readonly string[]): void {
  const { no_grpc_proxy: own, no_proxy: general } = process.env;
  const hosts = addresses.map((address) => address.slice(0, address.lastIndexOf(':')));
  process.env.no_grpc_proxy = [...(own ?? general ?? '').split(','), ...hosts].filter(Boolean).join(',');
}
