/** The proof table a reader sees: one row a step, its reason, its verdict and the evidence for it. */
import {
  mutantSummary,
  relationTeX,
  survivorLines,
  type Proof,
  type Step,
  type StepCounterexample,
  type StepVerdict,
} from '../symbolic/index.ts';
import { escapeHtml, mathml, prose } from './proofMath.ts';
import { proofStyle } from './proofStyle.ts';

export interface ProofTableOptions {
  /** Show how long the checks took. Off by default: committed notebooks must not differ from run to run. */
  times?: boolean;
}

export interface ProofTable {
  readonly html: string;
  [key: symbol]: unknown;
}

const marks: Record<StepVerdict, string> = {
  proved: '✓',
  tested: '≈',
  refuted: '✗',
  undecided: '?',
  error: '!',
  assumed: '§',
  vacuous: '≡',
};

/**
 * A derivation as a table: HTML with MathML (light and dark), TeX and plain text in one bundle.
 * The last expression of a notebook cell, or `display(…)`, shows it.
 */
export function proofTable(derivation: Proof, options: ProofTableOptions = {}): ProofTable {
  const { steps, title } = derivation;
  const rows = steps.map((step, i) => row(step, i + 1, options)).join('\n');
  const html =
    `<div class="sb-proof">${proofStyle}\n<table><caption>${prose(title)}` +
    `<small>${escapeHtml(derivation.summary)}${options.times ? ` · ${total(steps)}` : ''}</small></caption><tbody>\n` +
    `${rows}\n</tbody></table></div>`;
  return {
    html,
    [Symbol.for('Jupyter.display')]: () => ({
      'text/html': html,
      'text/latex': derivation.toTeX(),
      'text/plain': derivation.toString(),
    }),
  };
}

function row(step: Step, number: number, options: ProofTableOptions): string {
  const relation =
    step.kind === 'step' ? prose(`$${relationTeX[step.relation]}$`) : escapeHtml(labels[step.kind]);
  return (
    `<tr class="sb-${step.verdict}"><td class="sb-n">${number}</td><td class="sb-rel">${relation}</td>` +
    `<td class="sb-eq">${mathml(`\\displaystyle ${step.tex}`)}</td><td class="sb-why">${why(step)}</td>` +
    `<td class="sb-v">${verdict(step, options)}</td></tr>`
  );
}

const labels: Record<Exclude<Step['kind'], 'step'>, string> = {
  start: 'start',
  so: 'so',
  assume: '',
  conclusion: 'hence',
};

function why(step: Step): string {
  const notes = [
    step.scope,
    step.uses.length > 0 ? `uses ${math(step.uses)}` : undefined,
    step.conditions.length > 0 ? `where ${math(step.conditions)}` : undefined,
  ];
  return (
    prose(step.because ?? '') +
    notes.map((note) => (note === undefined ? '' : `<div class="sb-note">${prose(note)}</div>`)).join('') +
    (step.diagnosis === undefined ? '' : `<div class="sb-note sb-diagnosis">${prose(step.diagnosis)}</div>`)
  );
}

function verdict(step: Step, options: ProofTableOptions): string {
  const label = step.verdict === 'undecided' && step.open ? 'open' : step.verdict;
  const evidence = [...evidenceOf(step), ...(options.times ? [`${step.ms.toFixed(0)} ms`] : [])].map(prose);
  return (
    `<span class="sb-chip"${survivors(step)}>${marks[step.verdict]} ${label}</span>` +
    (evidence.length === 0 ? '' : `<div class="sb-ev">${joined(step, evidence)}</div>`)
  );
}

/** Short facts keep together when the line breaks; a counterexample may break anywhere. */
const joined = (step: Step, parts: string[]): string =>
  (step.verdict === 'proved' ? parts.map((part) => `<span class="sb-fact">${part}</span>`) : parts).join(
    ' · ',
  );

function evidenceOf(step: Step): string[] {
  switch (step.verdict) {
    case 'proved':
      return [step.method ?? '', error(step), mutantSummary(step.mutants)].filter((part) => part !== '');
    case 'tested':
      return ['not proved', step.method ?? '', error(step), step.reason ?? ''].filter((part) => part !== '');
    case 'refuted':
      return step.counterexample ? [counterexample(step.counterexample)] : [step.reason ?? ''];
    case 'assumed':
      return [`cited: ${step.cite ?? ''}`];
    default:
      return step.reason ? [step.reason] : [];
  }
}

const error = (step: Step): string =>
  step.log10Error === undefined
    ? ''
    : step.log10Error === -Infinity
      ? 'exact'
      : `error $< 10^{${Math.ceil(step.log10Error)}}$`;

/** The edits that no check refuted, in a tooltip: a reader can judge them. */
function survivors({ mutants }: Step): string {
  const lines = survivorLines(mutants);
  if (lines.length === 0) return '';
  return ` title="${escapeHtml(`mutants not refuted:\n${lines.join('\n')}`)}"`;
}

function counterexample({ point, lhs, rhs, sides }: StepCounterexample): string {
  const at = math(point.map(({ tex, value }) => `${tex} = ${value}`));
  if (sides === undefined) return `at ${at}: left $${lhs}$, right $${rhs}$`;
  return `at ${at}: ${sides[0]} is $${lhs}$, ${sides[1]} $${rhs}$`;
}

/** Commas stand inside the mathematics, so that no line begins with one. */
const math = (list: readonly string[]): string =>
  list.map((tex, i) => `$${tex}${i < list.length - 1 ? ',' : ''}$`).join(' ');

const total = (steps: readonly Step[]): string =>
  `${steps.reduce((sum, step) => sum + step.ms, 0).toFixed(0)} ms`;
