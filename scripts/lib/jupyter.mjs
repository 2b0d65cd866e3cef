import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { root, venvPython } from './places.mjs';
import { Problem } from './problem.mjs';
import { cleanEnvironment } from './step.mjs';
import { notary } from './trust.mjs';

const graceMs = 10_000;

/**
 * Starts JupyterLab from `.venv` on the loopback interface, at the root of this checkout.
 * @param {{ page: string, port?: number, open?: boolean, env?: Record<string, string>, flags?: string[], onLog?: (text: string) => void }} options
 *   page: the notebook to open, relative to the root; port: this one or none (without it, the first free one from 8888)
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void>, ended: Promise<number> }>} once it answers
 * @throws {Problem} when it ends before it answers
 */
export async function startJupyter({ page, port, open = false, env = {}, flags = [], onLog = () => {} }) {
  const token = randomBytes(24).toString('hex'); // in the environment, since other users can read arguments
  const args = [
    ['-m', 'jupyterlab', `--ServerApp.root_dir=${root}`, `--LabApp.default_url=/lab/tree/${page}`],
    ['--ServerApp.ip=127.0.0.1', `--ServerApp.open_browser=${open ? 'True' : 'False'}`],
    port ? [`--ServerApp.port=${port}`, '--ServerApp.port_retries=0'] : [],
    ['--LabApp.news_url=None', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'],
    ['--LabApp.extension_manager=readonly'],
    process.getuid?.() === 0 ? ['--allow-root'] : [],
    notary,
    flags,
  ].flat();
  const child = spawn(venvPython, args, {
    cwd: root,
    env: cleanEnvironment({ JUPYTER_TOKEN: token, JUPYTER_PREFER_ENV_PATH: '1', ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own: Ctrl-C reaches us alone, and we stop it in order
  });
  let log = '';
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ? 1 : code));
  });
  const ready = new Promise((resolve) => {
    const hear = (chunk) => {
      onLog(String(chunk));
      if (log === undefined) return;
      log += chunk;
      const address = log.match(/http:\/\/127\.0\.0\.1:(\d+)\//);
      if (address) resolve(Number(address[1]));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  const listening = await Promise.race([ready, ended.then(() => undefined)]);
  if (listening === undefined) throw new Problem(whyItEnded(log, port));
  log = undefined;
  await answers(`http://127.0.0.1:${listening}/api/status?token=${token}`, ended);
  return {
    url: `http://127.0.0.1:${listening}/lab/tree/${page}?token=${token}`,
    pid: child.pid,
    ended,
    stop: () => stopGroup(child, ended),
  };
}

async function answers(address, ended) {
  let over = false;
  ended.finally(() => (over = true));
  while (!over) {
    const reply = await fetch(address).catch(() => undefined); // not listening yet
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Problem('JupyterLab ended before it answered.');
}

/** SIGTERM lets the server shut its kernels down; what is left after the grace time is killed. */
async function stopGroup(child, ended) {
  if (child.exitCode === null) process.kill(child.pid, 'SIGTERM');
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

function whyItEnded(log, port) {
  if (/address already in use|port.*(already|in use|not available)/i.test(log))
    return port
      ? `port ${port} is in use: choose another with --port, or leave --port away to get a free one.`
      : 'no free port was found from 8888 on: choose one with --port.';
  if (/permission denied/i.test(log) && port && port < 1024)
    return `port ${port} needs administrator rights: choose one above 1023 with --port.`;
  return `JupyterLab ended before it answered:\n${log.trim().split('\n').slice(-8).join('\n')}`;
}
