/** A derivation as plain text and as TeX, its summary, and what fails it. */
import { oneOf, requireArguments, type KindsOf } from './arguments.ts';
import { plainProse } from './plain-text.ts';
import { stepVerdicts, type Step, type StepMutants } from './step.ts';

/** `5 steps · 3 proved · 1 refuted · 1 assumed`. Only what is proved counts as proved: no vacuous line, and none that is tested. */
export function summarize(steps: readonly Step[]): string {
  const counts = stepVerdicts
    .map((verdict) => ({ verdict, count: steps.filter((step) => step.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`);
  return [`${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`, ...counts].join(' · ');
}

/** What an author takes for good beside proofs. */
export interface CheckOptions {
  /** `tested`: steps that are exact on the finite models of their scope pass, though nothing proves them beyond. */
  readonly accept?: 'tested';
}

const CHECK_OPTIONS: KindsOf<CheckOptions> = { accept: oneOf('tested') };

/** @throws when an option of check() is unknown, or `accept` is anything but `tested` */
export function requireCheckOptions(options: CheckOptions): void {
  requireArguments('options of check()', options, CHECK_OPTIONS);
}

/**
 * Why the derivation does not stand, in plain text; undefined when it does.
 * @throws when an option is unknown, or `accept` is anything but `tested`
 */
export function failures(
  heading: string,
  steps: readonly Step[],
  options: CheckOptions = {},
): string | undefined {
  requireCheckOptions(options);
  const { accept } = options;
  const title = plainProse(heading);
  const bad = steps.flatMap((step, i) => {
    if (step.verdict === 'refuted')
      return [`step ${i + 1} is refuted: ${shortened(step.text)}${counterexample(step)}`];
    if (step.verdict === 'error')
      return [`step ${i + 1} is not decided: ${shortened(step.text)} (${plainProse(step.reason ?? '')})`];
    if (step.verdict === 'undecided' && !step.open) {
      return [
        `step ${i + 1} is undecided: ${shortened(step.text)} (${plainProse([step.reason ?? 'no reason given', step.diagnosis].filter(Boolean).join('; '))}); mark it { open: true } to go on`,
      ];
    }
    if (step.verdict === 'tested' && !step.open && accept !== 'tested') {
      const { text, scope, reason } = step;
      return [
        `step ${i + 1} is tested, not proved: ${shortened(text)} (${plainProse([scope, reason].filter(Boolean).join('; '))}); ` +
          "accept what is only tested by .check({ accept: 'tested' }), or mark the step { open: true }",
      ];
    }
    return [];
  });
  if (bad.length > 0) return `${title}: ${bad.join('\n')}`;
  if (!steps.some(({ verdict }) => verdict === 'proved' || (verdict === 'tested' && accept === 'tested')))
    return `${title}: nothing is proved (${summarize(steps)})`;
  return undefined;
}

/** A message names a line; the line itself stands in the table. */
const shortened = (text: string): string =>
  text.length <= 120 ? text : `${text.slice(0, 70)} … ${text.slice(-40)}`;

function counterexample({ counterexample: found, diagnosis }: Step): string {
  const point = found?.point.map(({ name, value }) => `${name} = ${value}`).join(', ');
  const at = point ? ` at ${point}` : '';
  const [left, right] = found?.sides ? [`${found.sides[0]} is`, found.sides[1]] : ['left', 'right'];
  return (
    (found ? `${at}: ${left} ${found.lhs}, ${right} ${found.rhs}` : '') +
    (diagnosis ? `; ${plainProse(diagnosis)}` : '')
  );
}

/** What the verdict ranges over, and where it holds. */
function reachOf({ verdict, scope, conditions }: Step): string {
  if (verdict !== 'proved' && verdict !== 'tested' && verdict !== 'vacuous') return '';
  const where = conditions.length === 0 ? '' : `, where ${conditions.map((tex) => `$${tex}$`).join(', ')}`;
  return (scope === undefined ? '' : `, ${scope}`) + where;
}

const kinds: Record<Step['kind'], string> = {
  start: '',
  step: '',
  so: 'so ',
  assume: 'assume ',
  conclusion: 'hence ',
};

/** Plain text: a step, then its verdict and reason, on the same line where they fit. */
export function derivationText(title: string, steps: readonly Step[]): string {
  const lefts = steps.map((step, i) => {
    const mark = step.kind === 'step' ? `${step.relation} ` : kinds[step.kind];
    return `${`${i + 1}.`.padEnd(4)}${mark}${step.text}`;
  });
  const width = Math.max(0, ...lefts.map((left) => left.length).filter((length) => length <= 64));
  const lines = steps.map((step, i) => {
    const because = step.because === undefined ? '' : `: ${step.because}`;
    const missing =
      (step.verdict === 'undecided' || step.verdict === 'error') && step.reason ? ` (${step.reason})` : '';
    const found = `${step.verdict}${step.verdict === 'refuted' ? counterexample(step) : missing + because}${reachOf(step)}`;
    const first =
      lefts[i].length > width ? `${lefts[i]}\n      ${found}` : `${lefts[i].padEnd(width)}  ${found}`;
    return [first, ...survivorLines(step.mutants).map((survivor) => `      mutant ${survivor}`)].join('\n');
  });
  return [[title, summarize(steps)].filter((part) => part !== '').join(': '), ...lines].join('\n');
}

/** Is a mutant that was not refuted as right as the step (then no check could refute it), or did the check miss it? */
const whyNotRefuted = (verdict: string): 'equivalent' | 'missed' =>
  verdict === 'proved' || verdict === 'vacuous' ? 'equivalent' : 'missed';

/** `11/13 mutants refuted, 1 equivalent, 1 missed`; empty where none were made. */
export function mutantSummary(score: StepMutants | undefined): string {
  if (score === undefined || score.total === 0) return '';
  const counts = (['equivalent', 'missed'] as const)
    .map((why) => ({
      why,
      n: score.survivors.filter(({ verdict }) => whyNotRefuted(verdict) === why).length,
    }))
    .flatMap(({ why, n }) => (n > 0 ? [`${n} ${why}`] : []));
  return [`${score.refuted}/${score.total} mutants refuted`, ...counts].join(', ');
}

/** One line for each mutant that was not refuted, and why: `a → b: equivalent, the step still holds`. */
export const survivorLines = (score: StepMutants | undefined): string[] =>
  (score?.survivors ?? []).map(({ text, verdict }) => {
    const why = {
      equivalent: 'equivalent, the step still holds',
      missed: 'missed, neither proved nor refuted',
    }[whyNotRefuted(verdict)];
    return `${text}: ${why}`;
  });

/** How a relation is typeset. */
export const relationTeX: Record<Step['relation'], string> = {
  '': '',
  '=': '=',
  '∝': '\\propto',
  '+c': '\\displaystyle\\overset{+c}{=}',
  '≤': '\\le',
  '<': '<',
  '≥': '\\ge',
  '>': '>',
};

/** Where a refuted line fails and what would mend it, as prose. */
function counterexampleTeX({ verdict, counterexample: found, diagnosis }: Step): string {
  if (verdict !== 'refuted' || found === undefined) return '';
  const at = found.point.map(({ tex, value }) => `$${tex} = ${value}$`).join(', ');
  const [left, right] = found.sides ? [`${found.sides[0]} is`, found.sides[1]] : ['left', 'right'];
  return `${at === '' ? '' : ` at ${at}`}: ${left} $${found.lhs}$, ${right} $${found.rhs}$${diagnosis ? `; ${diagnosis}` : ''}`;
}

/** An aligned display; reasons in text mode on the right. */
export function derivationTeX(title: string, steps: readonly Step[]): string {
  const rows = steps.map((step) => {
    const relation =
      step.kind === 'step' ? relationTeX[step.relation] : kinds[step.kind] && `\\text{${kinds[step.kind]}}`;
    const reason =
      [step.because, step.verdict].filter((part) => part !== undefined).join(': ') +
      reachOf(step) +
      counterexampleTeX(step);
    return `${relation} & ${step.tex} && \\text{${escapeTeX(reason)}}`;
  });
  const heading = title === '' ? '' : `&\\textbf{${escapeTeX(title)}}\\\\\n`;
  return `$$\\begin{aligned}${heading}${rows.join('\\\\\n')}\\end{aligned}$$`;
}

/**
 * Prose in text mode, on one line: `$…$` stays mathematics, and so does `$$…$$`, set in line; what TeX would read as a
 * command is escaped. No `$$` is left, which would end the display around it.
 */
export function escapeTeX(prose: string): string {
  return prose
    .replace(/\s+/g, ' ')
    .replace(/\$\$([^$]+)\$\$/g, '$$$1$$')
    .split(/(\$[^$]+\$)/)
    .map((part) => (isMathematics(part) ? part : part.replace(/[\\{}$%#&_^~]/g, escapeCharacter)))
    .join('')
    .replace(/\$(?=\$)/g, '${}');
}

/** `$…$` whose brackets close: what is open would swallow the rest of the display. */
function isMathematics(part: string): boolean {
  if (!/^\$[^$]+\$$/.test(part)) return false;
  let depth = 0;
  for (const [bracket] of part.replace(/\\./g, '').matchAll(/[{}]/g)) {
    depth += bracket === '{' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

function escapeCharacter(character: string): string {
  const spelled: Record<string, string> = {
    '\\': '\\textbackslash ',
    '^': '\\textasciicircum ',
    '~': '\\textasciitilde ',
  };
  return spelled[character] ?? `\\${character}`;
}
