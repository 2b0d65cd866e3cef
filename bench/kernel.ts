/**
 * Measures this kernel beside tslab in one run: `npx tsx bench/kernel.ts [cells]`. Ready is launch to the reply to
 * kernel_info; first is launch to the first cell's result; cells are medians, ms from request to idle; memory is the
 * resident set of the kernel's processes, MiB, after the first cell.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installKernelspec } from '../src/kernel/index.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const python = join(repository, '.venv/bin/python');
const cells = process.argv[2] ?? '50';

const driver = `
import json, statistics, sys, time
from jupyter_client.manager import KernelManager
name, count = sys.argv[1], int(sys.argv[2])
manager = KernelManager(kernel_name=name)
began = time.time()
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)
ready = time.time() - began
def run(code):
    start = time.time()
    sent = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message['parent_header'].get('msg_id') != sent: continue
        if message['msg_type'] == 'error': raise SystemExit(message['content']['evalue'])
        if message['content'].get('execution_state') == 'idle': break
    client.get_shell_msg(timeout=60)
    return (time.time() - start) * 1000
def median(code): return statistics.median(run(code(i)) for i in range(count))
run('1')
first = time.time() - began
import psutil
own = psutil.Process(manager.provisioner.process.pid)
memory = sum(p.memory_info().rss for p in [own, *own.children(recursive=True)]) / 2**20
plain = median(lambda i: str(i))
run("import { create, all } from 'mathjs'; const math = create(all)")
mathjs = median(lambda i: f'math.add({i}, 1)')
run("import * as tf from '@tensorflow/tfjs'")
tfjs = median(lambda i: f'tf.scalar({i}).rank')
for i in range(count * 4): run(f'const z{i} = {i}')
later = median(lambda i: str(i))
print(json.dumps([ready * 1000, first * 1000, memory, plain, mathjs, tfjs, later]))
client.stop_channels()
manager.shutdown_kernel()
`;

if (!existsSync(python)) throw new Error('There is no .venv: run `npm start` once, which makes it.');
const prefix = mkdtempSync(join(tmpdir(), 'kernel-bench-'));
try {
  installKernelspec({ prefix });
  const tslab = join(repository, 'node_modules/tslab/bin/tslab');
  const path = `${join(repository, '.venv/bin')}:${process.env.PATH ?? ''}`;
  execFileSync(process.execPath, [tslab, 'install', `--prefix=${prefix}`, `--binary=${tslab}`], {
    env: { ...process.env, PATH: path },
    stdio: 'ignore',
  });
  const env = { ...process.env, PATH: path, JUPYTER_PATH: join(prefix, 'share/jupyter') };
  const columns = ['ready', 'first', 'MiB', 'plain', 'mathjs', 'tfjs', `after ${4 * Number(cells)}`];
  console.log(['kernel', ...columns].map((text) => text.padStart(11)).join(''));
  for (const name of ['typescript', 'tslab']) {
    const { stdout, stderr, status } = spawnSync(python, ['-c', driver, name, cells], {
      env,
      cwd: repository,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    const figures = JSON.parse(stdout.trim().split('\n').at(-1)!) as number[];
    console.log(
      [name, ...figures.map((figure) => figure.toFixed(figure < 100 ? 1 : 0))]
        .map((text) => text.padStart(11))
        .join(''),
    );
  }
} finally {
  rmSync(prefix, { recursive: true, force: true });
}
