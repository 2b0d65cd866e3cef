/** The proof table a reader sees: one row a line, its verdict beside its number, its evidence one click away. */
import {
  mutantSummary,
  relationTeX,
  survivorLines,
  type Proof,
  type Step,
  type StepCounterexample,
} from '../symbolic/index.ts';
import { displaySymbol } from './host.ts';
import { mathLine } from './mathLine.ts';
import { escapeHtml, prose } from './proofMath.ts';
import { proofStyle } from './proofStyle.ts';
import { looks, type LineVerdict } from './verdicts.ts';

export interface ProofTableOptions {
  /** Show how long the checks took. Off by default: committed notebooks must not differ from run to run. */
  times?: boolean;
}

export interface ProofTable {
  readonly html: string;
  [key: symbol]: unknown;
}

/**
 * A derivation as a table: HTML with MathML (light, dark and on paper), TeX and plain text in one bundle.
 * The last expression of a notebook cell, or `display(…)`, shows it; a bare derivation shows the same.
 */
export function proofTable(proof: Proof, options: ProofTableOptions = {}): ProofTable {
  const { steps, title } = proof;
  const summary = `${escapeHtml(proof.summary)}${options.times ? ` · ${total(steps)}` : ''}`;
  const html = table({
    caption: title === '' ? undefined : `${prose(title)} <small>${summary}</small>`,
    head: ['verdict', 'line and reason'],
    verdicts: steps.map(lookOf),
    rows: steps.map((step, i) => row(step, steps.length === 1 ? undefined : i + 1, options)),
  });
  return {
    html,
    [displaySymbol]: () => ({
      'text/html': html,
      'text/latex': proof.toTeX(),
      'text/plain': proof.toString(),
    }),
  };
}

/** A table in the style of proofs, of two columns whose headings are read aloud only. */
export function table({
  caption,
  head,
  verdicts,
  rows,
}: {
  caption?: string;
  head: readonly [string, string];
  verdicts?: readonly LineVerdict[];
  rows: readonly string[];
}): string {
  return (
    `<div class="sb-proof">${proofStyle(verdicts)}\n<table>${caption === undefined ? '' : `<caption>${caption}</caption>`}` +
    `<colgroup><col class="sb-c1"><col></colgroup>` +
    `<thead class="sb-unseen"><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>\n` +
    `${rows.join('\n')}\n</tbody></table></div>`
  );
}

function row(step: Step, number: number | undefined, options: ProofTableOptions): string {
  return (
    `<tr class="sb-${lookOf(step)}"><th scope="row">${number === undefined ? '' : `<span class="sb-n">${number}</span> `}` +
    `${chip(step)}</th><td><div class="sb-cell">${mathLine(lineTeX(step), number === undefined ? '' : words[step.kind])}${why(step, options)}</div></td></tr>`
  );
}

const lookOf = ({ verdict, open }: Step): LineVerdict => (verdict === 'undecided' && open ? 'open' : verdict);

/** A first line that is only written down is no claim, and has no verdict. */
function chip(step: Step): string {
  if (step.kind === 'start' && step.verdict === 'vacuous') return '<span class="sb-note">start</span>';
  const { mark, word } = looks[lookOf(step)];
  return `<span class="sb-chip">${mark} ${word}</span>`;
}

const lineTeX = ({ kind, relation, tex }: Step): string =>
  kind === 'step' ? `${relationTeX[relation]} ${tex}` : tex;

const words: Record<Step['kind'], string> = {
  start: '',
  step: '',
  so: 'so',
  assume: '',
  conclusion: 'hence',
};

/** The reason, which opens to the evidence, and all that a reader must not miss. */
function why(step: Step, options: ProofTableOptions): string {
  const evidence = [...evidenceOf(step), ...(options.times ? [`${step.ms.toFixed(0)} ms`] : [])];
  const reason = step.because === undefined ? undefined : prose(step.because);
  const told =
    evidence.length > 0
      ? `<details class="sb-why"><summary>${reason ?? 'evidence'}</summary><ul class="sb-ev">${evidence.map((fact) => `<li>${prose(fact)}</li>`).join('')}</ul></details>`
      : reason === undefined
        ? ''
        : `<div class="sb-why">${reason}</div>`;
  const notes = [
    step.scope,
    step.conditions.length > 0 ? `where ${math(step.conditions)}` : undefined,
    step.cite === undefined ? undefined : `cited: ${step.cite}`,
    step.counterexample && counterexample(step.counterexample),
    step.verdict === 'tested' ? 'not proved' : undefined,
    step.verdict === 'proved' || step.kind === 'start' ? undefined : step.reason,
  ];
  return (
    told +
    notes.map((note) => (note === undefined ? '' : `<div class="sb-note">${prose(note)}</div>`)).join('') +
    (step.diagnosis === undefined ? '' : `<div class="sb-note sb-diagnosis">${prose(step.diagnosis)}</div>`)
  );
}

/** How it was decided, what it rests on, how sure it is. */
function evidenceOf(step: Step): string[] {
  if (step.kind === 'start' || step.verdict === 'assumed') return [];
  const mutants = mutantSummary(step.mutants);
  return [
    step.method === undefined || step.method === 'none' ? '' : `by ${step.method}`,
    step.uses.length > 0 ? `uses ${math(step.uses)}` : '',
    error(step),
    mutants === '' ? '' : `${mutants} (a mutant is this line with one token changed)`,
    ...survivorLines(step.mutants).map((survivor) => `mutant ${survivor}`),
  ].filter((fact) => fact !== '');
}

const error = ({ log10Error }: Step): string =>
  log10Error === undefined
    ? ''
    : log10Error === -Infinity
      ? 'exact'
      : `probability of an error $< 10^{${Math.ceil(log10Error)}}$`;

function counterexample({ point, lhs, rhs, sides }: StepCounterexample): string {
  const at = point.length === 0 ? '' : `at ${math(point.map(({ tex, value }) => `${tex} = ${value}`))}: `;
  if (sides === undefined) return `${at}left $${lhs}$, right $${rhs}$`;
  return `${at}${sides[0]} is $${lhs}$, ${sides[1]} $${rhs}$`;
}

/** Commas stand inside the mathematics, so that no line begins with one. */
const math = (list: readonly string[]): string =>
  list.map((tex, i) => `$${tex}${i < list.length - 1 ? ',' : ''}$`).join(' ');

const total = (steps: readonly Step[]): string =>
  `${steps.reduce((sum, step) => sum + step.ms, 0).toFixed(0)} ms`;
