/**
 * The checker beside SymPy on the corpus, held-out claims included, in one run: `npm run bench:check -- [--every N] [--json]`.
 * `--every N` takes each N-th claim (SymPy needs seconds for some: all of them take an hour). SymPy is found in
 * $SCOREBOOK_SYMPY_PYTHON, else in .venv; it gets 10 s a claim, the checker 5 s. With --json the last line is JSON.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decide, type Claim } from '../src/symbolic/index.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const corpus = join(repository, 'test/symbolic/corpus');
const every = Number(process.argv[process.argv.indexOf('--every') + 1] || 1) || 1;

interface Outcome {
  id: string;
  verdict: string;
  ms: number;
}

const load = (truth: 'true' | 'false'): Claim[] =>
  readdirSync(corpus)
    .filter((name) => name.endsWith(`-${truth}.json`))
    .flatMap((name) => JSON.parse(readFileSync(join(corpus, name), 'utf8')) as Claim[])
    .filter((_, i) => i % every === 0);

const ours = (claims: readonly Claim[]): Outcome[] =>
  claims.map((claim) => {
    const { verdict, ms } = decide(claim, { diagnose: false });
    return { id: claim.id!, verdict, ms };
  });

/** Null when no Python with SymPy is found. */
function sympy(claims: readonly Claim[]): Outcome[] | null {
  const python = process.env.SCOREBOOK_SYMPY_PYTHON ?? join(repository, '.venv/bin/python');
  if (spawnSync(python, ['-c', 'import sympy']).status !== 0) {
    process.stderr.write(`${python} has no SymPy: set SCOREBOOK_SYMPY_PYTHON to a Python that has it\n`);
    return null;
  }
  const { stdout, status, stderr } = spawnSync(python, [join(repository, 'bench/sympy_claims.py')], {
    input: JSON.stringify(claims),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`SymPy's run failed: ${stderr.slice(-500)}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
}

function score(name: string, onTrue: readonly Outcome[], onFalse: readonly Outcome[]) {
  const count = (outcomes: readonly Outcome[], verdict: string): number =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const times = [...onTrue, ...onFalse].map(({ ms }) => ms);
  return {
    name,
    'true proved': `${count(onTrue, 'proved')}/${onTrue.length}`,
    'false refuted': `${count(onFalse, 'refuted')}/${onFalse.length}`,
    'false proofs': count(onFalse, 'proved'),
    'false refutations': count(onTrue, 'refuted'),
    undecided: count(onTrue, 'undecided') + count(onFalse, 'undecided'),
    'mean ms': Math.round((times.reduce((a, b) => a + b, 0) / times.length) * 10) / 10,
    'worst ms': Math.round(Math.max(...times)),
  };
}

const [yes, no] = [load('true'), load('false')];
const rows = [score('Scorebook', ours(yes), ours(no))];
const theirs = sympy([...yes, ...no]);
if (theirs) rows.push(score('SymPy', theirs.slice(0, yes.length), theirs.slice(yes.length)));
console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])));
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(rows)}\n`);
