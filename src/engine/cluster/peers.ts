/** Whether the other ranks are there: asked over TensorFlow's own server, which answers while its process computes. */
import { check, type Context } from '../native/context.ts';
import { taskName } from './serverDef.ts';

interface Ranks {
  addresses: readonly string[];
  rank: number;
}

/** Another rank has ended or does not answer any more. */
export class PeerLost extends Error {
  override name = 'PeerLost';
}

/** An answer takes this long at most; a process that was killed is known at once, a machine that is cut off after it. */
const ANSWER_MS = 8_000;
const BETWEEN_MS = 2_000;
const ABORTED = 10;

/** Why rank `peer` does not answer; undefined when it does. */
async function silenceOf(context: Context, peer: number, timeoutMs: number): Promise<string | undefined> {
  const { api, pointer } = context;
  const status = api.newStatus();
  try {
    await new Promise<void>((done, fail) =>
      api.checkPeer.async(pointer, taskName(peer), timeoutMs, status, (error: Error | null) =>
        error ? fail(error) : done(),
      ),
    );
    return api.statusCode(status) === 0 ? undefined : api.statusMessage(status);
  } finally {
    api.deleteStatus(status);
  }
}

const others = ({ addresses, rank }: Ranks): number[] =>
  addresses.map((_, peer) => peer).filter((peer) => peer !== rank);

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** @throws when somebody has not come after `patience` seconds */
export async function waitForPeers(
  context: Context,
  {
    patience,
    waiting,
    ...ranks
  }: Ranks & { patience: number; waiting: (missing: readonly string[]) => void },
): Promise<void> {
  const began = performance.now();
  let missing = others(ranks);
  let told = false;
  while (missing.length > 0) {
    const silent: number[] = [];
    for (const peer of missing) if (await silenceOf(context, peer, 1_000)) silent.push(peer);
    missing = silent;
    if (missing.length === 0) return;
    const names = missing.map((peer) => `rank ${peer} (${ranks.addresses[peer]})`);
    const seconds = (performance.now() - began) / 1000;
    if (seconds > patience) {
      throw new Error(
        `${names.join(', ')} did not come within ${patience} s; start every rank, with the same addresses in the same order`,
      );
    }
    if (!told && seconds > 5) waiting(names);
    told ||= seconds > 5;
    await pause(200);
  }
}

export interface Watch {
  /** What was found wrong, once something was. */
  lost(): PeerLost | undefined;
  /** Asks everybody now. */
  ask(): Promise<PeerLost | undefined>;
  stop(): void;
}

/** Asks every other rank every few seconds. When one is silent, everything that waits for it in TensorFlow fails. */
export function watchPeers(context: Context, ranks: Ranks): Watch {
  let lost: PeerLost | undefined;
  let stopped = false;
  let asking: Promise<PeerLost | undefined> | undefined;

  async function askAll(): Promise<PeerLost | undefined> {
    const answers = await Promise.all(
      others(ranks).map(async (peer) => ({ peer, why: await silenceOf(context, peer, ANSWER_MS) })),
    );
    const silent = answers.filter(({ why }) => why !== undefined);
    if (silent.length > 0 && !stopped && !lost) {
      const size = ranks.addresses.length;
      const who = silent.map(({ peer }) => `rank ${peer} of ${size} (${ranks.addresses[peer]})`).join(', ');
      lost = new PeerLost(`${who} ended or does not answer: ${firstLine(silent[0]!.why!)}`);
      abort(context, lost.message);
    }
    return lost;
  }

  const ask = () => (asking ??= askAll().finally(() => (asking = undefined)));
  const timer = setInterval(() => void ask(), BETWEEN_MS);
  timer.unref();
  return {
    lost: () => lost,
    ask,
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

const firstLine = (text: string): string => text.split('\n')[0]!;

/** Makes pending and later collective operations of this process fail. */
function abort({ api, pointer }: Context, why: string): void {
  const status = api.newStatus();
  api.setStatus(status, ABORTED, why);
  api.abortCollectives(pointer, status);
  api.deleteStatus(status);
}

/** Starts TensorFlow's server of this rank, whose devices take the place of the context's. */
export function enableCollectives(context: Context, definition: Uint8Array, address: string): void {
  const { api, pointer, status } = context;
  api.enableCollectives(pointer, definition, definition.length, status);
  check(api, status, `the server at ${address} does not start (is the port taken?)`);
}
