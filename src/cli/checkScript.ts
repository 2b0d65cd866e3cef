/** `scorebook check` on a script: the proofs that it exports, printed with their verdicts. */
import { stepVerdicts, survivorLines, type Proof, type Step } from '../symbolic/index.ts';
import { importScript, ScriptError } from './script.ts';

/** Judges and prints every exported proof, in the order of the names. Resolves to the exit status. */
export async function checkScript(file: string, { json }: { json: boolean }): Promise<0 | 1 | 2 | 3> {
  let proofs: Proof[];
  try {
    proofs = proofsOf(Object.values(await importScript(file)));
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (proofs.length === 0) process.stderr.write(`${file}: ${noProof}\n`);
  const judged: (readonly Step[])[] = [];
  for (const proof of proofs) {
    const steps = stepsOf(file, proof);
    if (steps === undefined) continue;
    judged.push(steps);
    process.stdout.write(json ? `${JSON.stringify(proofLine(proof, steps))}\n` : `${String(proof)}\n\n`);
  }
  if (!json && judged.length > 0) process.stdout.write(`${tally(judged)}\n`);
  if (judged.flat().some(({ verdict }) => verdict === 'error')) return 3;
  if (proofs.length === 0 || judged.length < proofs.length) return 2;
  const isOpen = ({ verdict, open }: Step): boolean =>
    (verdict === 'undecided' || verdict === 'tested') && !open;
  return judged.flat().some(isOpen) ? 1 : 0;
}

const noProof =
  'it exports no proof; expected a derivation, a chain derivation, an induction or an array of them: ' +
  'export const proof = derive(…)';

/** By shape, not by class: a script may bring its own. Reading `steps` here would judge them, so it is only looked for. */
const isProof = (value: unknown): value is Proof =>
  typeof value === 'object' &&
  value !== null &&
  'steps' in value &&
  'summary' in value &&
  'title' in value &&
  typeof value.title === 'string' &&
  'toTeX' in value &&
  typeof value.toTeX === 'function';

/** Each proof once, under however many names it is exported. */
function proofsOf(values: readonly unknown[]): Proof[] {
  const found = values.flatMap((value) =>
    Array.isArray(value) ? proofsOf(value) : isProof(value) ? [value] : [],
  );
  return [...new Set(found)];
}

/** Steps are judged here: one that cannot be (a relation without its variable) is reported, and the other proofs go on. */
function stepsOf(file: string, proof: Proof): readonly Step[] | undefined {
  try {
    return proof.steps;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${file}: ${proof.title}: ${why}\n`);
    return undefined;
  }
}

/** The one line of JSON of a proof; fields of a step are named as those of a claim where they mean the same. */
function proofLine({ title, summary }: Proof, steps: readonly Step[]): object {
  return {
    title,
    summary,
    steps: steps.map(({ verdict, method, ms, log10Error, counterexample, ...step }) => ({
      kind: step.kind,
      relation: step.relation,
      text: step.text,
      because: step.because,
      cite: step.cite,
      open: step.open,
      verdict,
      method,
      ms,
      errorBound: log10Error === -Infinity ? 'exact' : log10Error,
      scope: step.scope,
      uses: step.uses,
      conditions: step.conditions,
      counterexample: counterexample && {
        ...counterexample,
        point: Object.fromEntries(counterexample.point.map(({ name, value }) => [name, value])),
      },
      diagnosis: step.diagnosis,
      reason: step.reason,
      mutants: step.mutants && {
        refuted: step.mutants.refuted,
        total: step.mutants.total,
        survivors: survivorLines(step.mutants),
      },
    })),
  };
}

/** `2 proofs: 5 proved, 1 assumed` */
function tally(judged: readonly (readonly Step[])[]): string {
  const counts = stepVerdicts.map((kind) => ({
    kind,
    n: judged.flat().filter(({ verdict }) => verdict === kind).length,
  }));
  const shown = counts.filter(({ n }) => n > 0).map(({ kind, n }) => `${n} ${kind}`);
  return `${judged.length} ${judged.length === 1 ? 'proof' : 'proofs'}: ${shown.join(', ')}`;
}
