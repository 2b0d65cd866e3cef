/** PyTorch as a process beside the engine: asked for one thing at a time, idle in between. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const TORCH = 'torch==2.13.0';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** How PyTorch runs the network: eager, by torch.compile, or eager in bfloat16 autocast. All are channels_last. */
export type Way = 'channels_last' | 'compile' | 'autocast';
/** Wall clock and processor time of one step, in milliseconds. */
export interface Timing {
  wall: number;
  cpu: number;
}

/** The python to use: the given one, or that of .cache/torch-venv, made at the first run. */
export function pythonWithTorch(given: string | undefined): string {
  if (given) return given;
  const venv = here('../.cache/torch-venv');
  const python = join(venv, 'bin', 'python');
  if (existsSync(join(venv, 'complete'))) return python;
  process.stderr.write(`installing ${TORCH} into .cache/torch-venv, once …\n`);
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', TORCH], { stdio: ['ignore', 2, 2] });
  writeFileSync(join(venv, 'complete'), `${TORCH}\n`);
  return python;
}

export class PyTorch {
  readonly #process;
  readonly #answers: AsyncIterator<string>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'scorebook-bench-'));

  constructor(python: string, threads: number) {
    this.#process = spawn(python, ['-W', 'ignore', here('unet_torch.py'), String(threads)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: String(threads) },
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async #ask<R>(request: object): Promise<R> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`PyTorch ended while asked for ${JSON.stringify(request).slice(0, 200)}`);
    return JSON.parse(value as string) as R;
  }

  #file(name: string, values: Float32Array): string {
    const file = join(this.#folder, name);
    writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return file;
  }

  /** Gives it the network's parameters, by the names and in the layout of PyTorch. */
  weights(tensors: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>) {
    const list = [...tensors];
    const values = Float32Array.from(list.flatMap(([, { data }]) => Array.from(data)));
    return this.#ask<{ parameters: number; torch: string; threads: number }>({
      do: 'weights',
      file: this.#file('weights', values),
      names: list.map(([name]) => name),
      shapes: list.map(([, { shape }]) => shape),
    });
  }

  async batch({ x, eps, t }: { x: Float32Array; eps: Float32Array; t: Float32Array }): Promise<void> {
    const values = Float32Array.from([...x, ...eps, ...t]);
    await this.#ask({ do: 'batch', file: this.#file('batch', values), n: t.length });
  }

  async loss(way: Way): Promise<number> {
    return (await this.#ask<{ loss: number }>({ do: 'loss', what: way })).loss;
  }

  async time(what: 'step' | 'forward', way: Way, times: number): Promise<Timing[]> {
    return (await this.#ask<{ times: Timing[] }>({ do: what, what: way, times })).times;
  }

  close(): void {
    this.#process.stdin.end();
    rmSync(this.#folder, { recursive: true });
  }
}
