import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a stand-in Python says of itself; the fields are those that scripts/lib/python.mjs asks for. */
export const goodPython = {
  version: [3, 12, 4],
  venv: true,
  implementation: 'CPython',
  freeThreaded: false,
  platform: 'linux',
  machine: 'x86_64',
  bits: 64,
  glibc: '2.36',
};

/** A machine as the scripts see it: which Pythons it has, and which command prints what and fails. */
export interface Machine {
  pythons?: Record<string, Partial<typeof goodPython>>;
  /** A command whose line contains this prints this on standard error and fails. */
  failing?: Record<string, string>;
  gpu?: boolean;
}

export interface Run {
  code: number;
  output: string;
  /** The npm, pip and venv commands that were run, in order. */
  commands: string[];
}

/**
 * A fresh clone on a machine of one's choice: the real scripts and locks, with programs beside them that stand in for
 * npm and Python, write down how they were called, and make the files that the real ones would.
 */
export class Checkout {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'scorebook-checkout-'));
  private readonly programs = path.join(this.folder, 'programs');
  private readonly calls = path.join(this.folder, 'calls.txt');
  private readonly machine = path.join(this.folder, 'machine.json');

  constructor(machine: Machine = {}) {
    for (const name of ['package.json', 'package-lock.json', 'scripts'])
      cpSync(path.join(root, name), path.join(this.folder, name), { recursive: true });
    for (const folder of ['notebooks', 'src/kernel', 'programs'])
      mkdirSync(path.join(this.folder, folder), { recursive: true });
    writeFileSync(path.join(this.folder, 'src/kernel/install.mjs'), '');
    this.program('npm', npm);
    this.become(machine);
  }

  /** Changes the machine. */
  become({ pythons = { python3: {} }, failing = {}, gpu = false }: Machine): void {
    const described = Object.fromEntries(
      Object.entries(pythons).map(([name, facts]) => [name, { ...goodPython, ...facts }]),
    );
    writeFileSync(this.machine, JSON.stringify({ pythons: described, failing }));
    for (const name of Object.keys(pythons)) this.program(name, python);
    if (gpu) this.program('nvidia-smi', '');
  }

  /** Runs a script of the checkout on the stand-in machine. */
  run(script: string, args: string[] = [], env: Record<string, string> = {}): Promise<Run> {
    writeFileSync(this.calls, '');
    const child = spawn(process.execPath, [path.join(this.folder, 'scripts', script), ...args], {
      env: { PATH: this.programs, STAND_IN: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    return new Promise((resolve) =>
      child.on('close', (code) =>
        resolve({
          code: code ?? -1,
          output,
          commands: readFileSync(this.calls, 'utf8').split('\n').filter(Boolean),
        }),
      ),
    );
  }

  has = (file: string): boolean => existsSync(path.join(this.folder, file));
  write = (file: string, text: string): void => writeFileSync(path.join(this.folder, file), text);

  /** The files of a folder with their contents. */
  contents(folder: string): Record<string, string> {
    const at = path.join(this.folder, folder);
    const files = readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      files.map(({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(at, file), readFileSync(file, 'utf8')];
      }),
    );
  }

  private program(name: string, body: string): void {
    const file = path.join(this.programs, name);
    writeFileSync(`${file}.cjs`, `${preamble}\n${body}`);
    writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${file}.cjs' "$0" "$@"\n`);
    chmodSync(file, 0o755);
  }
}

const preamble = `
const fs = require('fs'), path = require('path');
const home = process.env.STAND_IN;
const { pythons, failing } = JSON.parse(fs.readFileSync(home + '/machine.json', 'utf8'));
const [self, ...args] = process.argv.slice(2), name = path.basename(self), line = [name, ...args].join(' ');
const did = (what) => fs.appendFileSync(home + '/calls.txt', what + '\\n');
const mayFail = () => {
  for (const [part, words] of Object.entries(failing)) if (line.includes(part)) { console.error(words); process.exit(1); }
};`;

const npm = `
const prefix = args.includes('--prefix') ? args[args.indexOf('--prefix') + 1] : home;
did('npm ' + args[0] + (prefix === home ? '' : ' ' + path.basename(prefix)));
fs.rmSync(prefix + '/node_modules', { recursive: true, force: true });
fs.mkdirSync(prefix + '/node_modules');
mayFail();`;

/** Its copy in .venv/bin answers with the version of the Python that made the environment. */
const python = `
const born = path.join(path.dirname(self), '..', 'born-of');
const origin = fs.existsSync(born) ? fs.readFileSync(born, 'utf8') : name;
const facts = pythons[origin];
if (!facts) process.exit(1);
if (args[0] === '-c') {
  if (args[1].includes('purelib')) {
    const site = path.join(path.dirname(self), '..', 'site-packages');
    fs.mkdirSync(site, { recursive: true });
    console.log(site);
    process.exit(0);
  }
  const wantsAll = args[1].includes('json');
  console.log(wantsAll ? JSON.stringify({ ...facts, executable: self }) : facts.version.join('.'));
} else if (args[1] === 'venv') {
  did('venv of ' + name);
  const made = args.at(-1);
  fs.mkdirSync(made + '/bin', { recursive: true });
  fs.copyFileSync(self, made + '/bin/python');
  fs.writeFileSync(made + '/born-of', origin);
  mayFail();
} else if (args[1] === 'jupyterlab') {
  did('jupyterlab');
} else {
  did('pip ' + path.basename(args.at(-1), '.txt') + (args.includes('--require-hashes') ? '' : ' WITHOUT HASHES'));
  mayFail();
}`;
