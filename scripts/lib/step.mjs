import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { causeOf, Problem } from './problem.mjs';
import { cache, root } from './places.mjs';

const everyMs = process.stderr.isTTY ? 500 : 20_000;
const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/** Our own Pythons must not see another program's modules or install outside the environment. */
export function cleanEnvironment(extra = {}) {
  const env = { ...process.env, PIP_USER: '0', PIP_DISABLE_PIP_VERSION_CHECK: '1', ...extra };
  for (const name of ['PYTHONPATH', 'PYTHONHOME', 'PIP_TARGET', 'PIP_PREFIX', 'PIP_REQUIRE_VIRTUALENV'])
    delete env[name];
  return env;
}

/**
 * Runs one long command while showing that it is alive. What it prints goes to .cache/setup.log.
 * @param {string} title what is being done, as in 'installing npm packages'
 * @param {(line: string) => string} [short] turns a line of its output into a few words for the status line
 * @throws {Problem} one sentence, when the command fails
 */
export async function step(title, command, args, { env = cleanEnvironment(), short = () => '' } = {}) {
  mkdirSync(cache, { recursive: true });
  const log = path.join(cache, 'setup.log');
  const since = Date.now();
  let output = '';
  let words = '';
  const say = () => show(`${title}: ${seconds(since)}${words && `, ${words}`}`);
  if (process.stderr.isTTY) say();
  else console.error(`${title} …`);
  const timer = setInterval(say, everyMs);
  write(log, `\n$ ${[command, ...args].join(' ')}\n`);
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const hear = (chunk) => {
    output += write(log, chunk) ? chunk : `${chunk}\nENOSPC`;
    for (const line of String(chunk).split('\n')) words = short(line) || words;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const letGo = stopWithUs(child);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => {
    clearInterval(timer);
    letGo();
  });
  if (code !== 0) {
    show('');
    const why = causeOf(output) ?? `${lastWords(output)} (the whole of it is in ${path.relative(root, log)})`;
    throw new Problem(`${title} failed: ${why}`);
  }
  show(`${title}: done in ${seconds(since)}\n`);
}

/** Appends to a log; false when the disk is full. */
function write(log, text) {
  try {
    appendFileSync(log, text);
    return true;
  } catch (error) {
    if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error;
    return false;
  }
}

/** An installer that outlives us would go on writing where the next setup begins anew. */
function stopWithUs(child) {
  const stop = (signal) => {
    child.kill(signal);
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  return () => signals.forEach((signal) => process.off(signal, stop));
}

function show(line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`);
  else if (line) console.error(line.trimEnd());
}

const lastWords = (output) => output.trim().split('\n').slice(-3).join(' / ') || 'it printed nothing';
