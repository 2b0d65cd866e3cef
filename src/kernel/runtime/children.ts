import childProcess, { type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromRuntime } from '../channels.ts';
import { currentCell } from './context.ts';

type Callable = (...args: unknown[]) => unknown;
type Stdio = unknown[];
type Options = { stdio?: unknown };

/** How long a synchronous call waits for the wire thread to open, then to drain, a child's output, ms. */
const patience = 500;

/** Output that child processes inherit goes to the cell that starts them, live, as its own output does. */
export function captureChildren(send: (message: FromRuntime) => void): void {
  const prototype = childProcess.ChildProcess.prototype as unknown as Record<string, Callable>;
  const spawn = prototype.spawn!;
  prototype.spawn = function (this: ChildProcess, options: unknown): unknown {
    const stdio = stdioOf(options);
    const inherited = inheritedBy(stdio);
    if (inherited.length === 0) return spawn.call(this, options);
    inherited.forEach(([i]) => (stdio[i] = 'pipe'));
    const result = spawn.call(this, { ...(options as Options), stdio });
    for (const [i, name] of inherited) {
      this.stdio[i]?.on('data', (chunk: Uint8Array) => process[name].write(chunk));
      // A child that inherits its output has none to read from.
      if (i === 1) this.stdout = null;
      if (i === 2) this.stderr = null;
    }
    return result;
  };
  const module = childProcess as unknown as Record<string, Callable>;
  for (const name of ['spawnSync', 'execSync', 'execFileSync'])
    module[name] = synchronous(module[name]!, module.execFileSync!, send);
  syncBuiltinESMExports();
}

/** The main thread waits: the child writes to named pipes, which the wire thread reads. */
function synchronous(call: Callable, execFileSync: Callable, send: (message: FromRuntime) => void): Callable {
  return (...args) => {
    const options = args.at(-1);
    const stdio = typeof options === 'object' && !Array.isArray(options) ? stdioOf(options) : [];
    const inherited = inheritedBy(stdio);
    if (inherited.length === 0) return call(...args);
    const opened = inherited.map(([i, name]) => {
      const path = join(mkdtempSync(join(tmpdir(), 'kernel-')), name); // its owner's only
      execFileSync('mkfifo', [path]);
      const state = new Int32Array(new SharedArrayBuffer(4));
      const fd = openSync(path, 'r+');
      stdio[i] = fd;
      send({ kind: 'pipe', id: currentCell().id, name, path, state });
      Atomics.wait(state, 0, 0, patience);
      return { fd, state };
    });
    try {
      return call(...args.slice(0, -1), { ...(options as Options), stdio });
    } finally {
      for (const { fd, state } of opened) {
        closeSync(fd);
        Atomics.wait(state, 0, 1, patience);
      }
    }
  };
}

function stdioOf(options: unknown): Stdio {
  const { stdio } = (options ?? {}) as Options;
  return Array.isArray(stdio) ? [...(stdio as Stdio)] : [stdio, stdio, stdio];
}

/** Which of a child's outputs are the kernel's own, and whose place they take. */
function inheritedBy(stdio: Stdio): [number, 'stdout' | 'stderr'][] {
  return [1, 2].flatMap((i): [number, 'stdout' | 'stderr'][] => {
    const given = stdio[i];
    const fd =
      given === 'inherit' ? i : typeof given === 'number' ? given : (given as { fd?: unknown } | null)?.fd;
    return fd === 1 ? [[i, 'stdout']] : fd === 2 ? [[i, 'stderr']] : [];
  });
}
