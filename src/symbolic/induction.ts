/**
 * Induction over an index: the base and the step are ordinary claims that the engines decide; the first instances,
 * unrolled without the hypothesis, are a second engine, and the only one that refutes.
 */
import { requireArguments } from './arguments.ts';
import { requireLimit, TimeUp, withinTime } from './clock.ts';
import { decide } from './decide.ts';
import {
  derivationTeX,
  derivationText,
  failures,
  requireCheckOptions,
  summarize,
  type CheckOptions,
} from './derivation-text.ts';
import { symbolsOf, toText, type Expr } from './expr.ts';
import { timeText, type Families, type Template } from './families.ts';
import { INDUCTION_SPEC, Problem, type InductionSpec, type Posed } from './induction-problem.ts';
import { judge, SIDE_LIMIT_MS, type Judgement } from './judge.ts';
import { domainsKept, strayText, type Asked } from './invariant.ts';
import { claimFor } from './relations.ts';
import { conditionTex } from './figures.ts';
import { diagnose, mutationScore, type Held } from './score.ts';
import { plainProse } from './plain-text.ts';
import { ProofError, shownAs } from './shown.ts';
import type { Step, StepCounterexample, StepVerdict } from './step.ts';
import { typeset } from './tex.ts';
import type { Verdict } from './verdict.ts';
import { unmet } from './witness.ts';

export type { InductionSpec } from './induction-problem.ts';

export interface Induction {
  readonly title: string;
  readonly verdict: StepVerdict;
  /** `for all t ≥ 0`, as TeX in text. */
  readonly scope: string;
  /** Claim, base, step, unrolled instances, conclusion. */
  readonly steps: readonly Step[];
  readonly summary: string;
  /** TeX of what must hold at every step beyond the declared domains. */
  readonly conditions: readonly string[];
  readonly counterexample?: StepCounterexample;
  readonly reason?: string;
  /** Itself when proved. @throws otherwise, saying where it fails; and when an option is unknown. */
  check(options?: CheckOptions): Induction;
  toTeX(): string;
  toString(): string;
}

/**
 * Proves a claim for every index by induction.
 * @throws when an option is unknown, a name is not declared, an index is not t, t − 1 or fixed, or a claim is not `family[t] = expression`.
 */
export function induct(title: string, spec: InductionSpec): Induction {
  requireArguments(title, spec, INDUCTION_SPEC, { required: ['families', 'claim'] });
  const { timeLimitMs = TIME_LIMIT_MS } = spec;
  requireLimit(timeLimitMs);
  return build(title, new Problem(spec), spec, performance.now() + timeLimitMs);
}

const TIME_LIMIT_MS = 30_000;

const LATER = 10; // instances at which a claim is looked at whose step does not follow

const holdsIn = (verdict: StepVerdict | undefined): boolean => verdict === 'proved' || verdict === 'vacuous';

/** `end` is when its time is up. */
function build(title: string, problem: Problem, spec: InductionSpec, end: number): Induction {
  const late = `time limit of ${spec.timeLimitMs ?? TIME_LIMIT_MS} ms reached`;
  /** What is found in the time left, or `otherwise`. Each question ends in time by itself, as undecided. */
  const inTime = <T>(ask: () => T, otherwise: T): T => {
    try {
      return withinTime(Math.max(0, end - performance.now()), ask);
    } catch (error) {
      if (!(error instanceof TimeUp)) throw error;
      return otherwise;
    }
  };
  const { claims, families, over } = problem;
  const { unrolled = 4, mutants = true } = spec;
  if (!Number.isSafeInteger(unrolled) || unrolled < 1)
    throw new Error(`unrolled: ${unrolled}: expected a whole number of instances, 1 or more`);
  const first = timeText(problem.start);
  const scope = `for all ${problem.scope}${problem.within}`;
  const decided = (posed: Posed): Judgement => {
    const { left, right, table, given } = posed;
    const question = { previous: left, next: right, relation: '=', symbols: table, given } as const;
    const found = inTime(() => judge(question, { mutants: false }), outOfTime(late));
    return {
      ...found,
      ...(found.counterexample && { counterexample: labelled(found.counterexample, families) }),
    };
  };
  /** An instance needs a verdict only; what it rests on is shown for the base and the step. */
  const quickly = (posed: Posed): Judgement => {
    const { left, right, table, given } = posed;
    const options = { timeLimitMs: SIDE_LIMIT_MS, diagnose: false };
    const found = inTime(() => decide(claimFor(left, right, table, given), options), outOfTime(late));
    const { verdict, method, ms, reason } = found;
    const conditions = found.conditions.map((text) => conditionTex(text, table));
    return verdict === 'refuted' ? decided(posed) : { verdict, method, ms, reason, uses: [], conditions };
  };
  const line = (posed: Posed, because: string, found: Judgement): Step => ({
    kind: 'so',
    relation: '=',
    tex: `${typeset(posed.left, posed.table)} = ${typeset(posed.right, posed.table)}`,
    text: families.label(`${toText(posed.left)} = ${toText(posed.right)}`),
    because,
    open: false,
    ...found,
  });

  const bases = claims.map((claim) => {
    const posed = problem.base(claim);
    const found = decided(posed);
    // At a symbol it speaks of any real number, and knows no member but those at the symbol.
    const fails = problem.start.base !== null && found.verdict === 'refuted';
    return line(posed, `base: $${over} = ${first}$`, fails ? unproved(found) : found);
  });
  const known = problem.down ? over : `${over}-1`;
  const steps = claims.map((claim) => {
    const posed = problem.step(claim);
    const found = decided(posed);
    const because = `step: by the hypothesis at $${known}$`;
    return line(posed, because, found.verdict === 'refuted' ? unproved(found) : found);
  });
  // Where the step does not follow the claim may be false later on.
  const most =
    spec.unrolled === undefined && steps.some(({ verdict }) => !holdsIn(verdict)) ? LATER : unrolled;
  const instances = claims.map((claim) => {
    const found: Step[] = [];
    for (const instance of problem.instances(most)) {
      const posed = problem.instance(claim, instance);
      const because = `unrolled ${problem.reach(instance)}, without the hypothesis`;
      found.push(line(posed, because, { ...quickly(posed), diagnosis: undefined }));
      if (found.at(-1)!.verdict === 'refuted') break;
    }
    return found;
  });

  const refutations = claims.map((_, i) =>
    [bases[i], ...instances[i]].find(({ verdict }) => verdict === 'refuted'),
  );
  const refuted = refutations.find((step) => step !== undefined);
  // A hypothesis that is false proves nothing: what is not refuted stands or falls without those that are.
  const others = [spec.claim].flat().filter((_, i) => refutations[i] === undefined);
  const apartFrom =
    refuted && others.length > 0
      ? build(title, new Problem({ ...spec, claim: others }), spec, end).steps.filter(
          ({ kind }) => kind === 'conclusion',
        )
      : [];
  const failing = [...bases, ...steps].find(({ verdict }) => !holdsIn(verdict));
  // A condition of the step must hold at every index, or the induction stops where it fails.
  const open = [...new Set(steps.flatMap((step) => step.conditions))];
  const [atStart, onward] = [problem.base(claims[0]), problem.step(claims[0])];
  const keeping: Asked[] = [
    { plain: atStart, isAsked: () => true, mayAssume: () => false },
    {
      plain: problem.step(claims[0], []),
      assumed: onward,
      isAsked: (name) => problem.isNext(name),
      mayAssume: (names) => problem.mayAssume(names),
    },
  ];
  const kept = keeping.map((asked) =>
    inTime(() => domainsKept(asked, families, SIDE_LIMIT_MS), {
      stray: { what: `no member is shown to stay in its domain (${late})` },
      log10Error: -Infinity,
    }),
  );
  // Conditions of one claim are asked at one point; those of several need not hold together.
  const apart = claims.length > 1 && bases.some((step) => step.conditions.length > 0);
  const stray =
    kept.find((each) => each.stray)?.stray ??
    inTime(() => unmet(problem, [atStart, onward], SIDE_LIMIT_MS), {
      what: `nothing is shown to meet the inequalities (${late})`,
    }) ??
    (apart ? { what: 'the conditions of several claims are not shown to hold together' } : undefined);
  /** Steps that are evident with the hypothesis and not without it: the induction is the proof. */
  const carried = (): boolean =>
    claims.some((claim) => {
      const { left, right, table, given } = problem.step(claim, []);
      const asked = claimFor(left, right, table, given);
      const options = { timeLimitMs: SIDE_LIMIT_MS, diagnose: false };
      return inTime(() => decide(asked, options).verdict !== 'vacuous', false);
    });
  const looked = instances.flat();
  const unseen = looked.find(({ verdict }) => verdict === 'undecided' || verdict === 'error');
  const verdict: StepVerdict = refuted
    ? 'refuted'
    : failing || open.length > 0 || stray || unseen || looked.length === 0
      ? 'undecided'
      : [...bases, ...steps].some((step) => step.verdict === 'proved') || carried()
        ? 'proved'
        : 'vacuous';
  const used = [...bases, ...steps];
  const conditions = [...new Set(used.flatMap((step) => step.conditions))];
  const reason =
    verdict !== 'undecided'
      ? undefined
      : failing
        ? `${failing.because}: ${failing.reason}`
        : open.length > 0
          ? `the step holds where ${open.map((tex) => `$${tex}$`).join(', ')} only: an induction needs it at every index`
          : stray
            ? strayText(stray)
            : unseen
              ? `${unseen.because}: ${unseen.reason}`
              : `${first} starts too far from ${problem.to} to unroll an instance`;
  /** What the first instances say of the claim with another right side: `holding` where none speaks against it. */
  const verdictOf =
    (claim: Template, most: number, holding: StepVerdict) =>
    (right: Expr): Held => {
      for (const instance of problem.instances(Math.min(most, unrolled))) {
        const { left, right: edited, table, given } = problem.instance({ left: claim.left, right }, instance);
        const asked = claimFor(left, edited, table, given);
        const { verdict } = decide(asked, { timeLimitMs: SIDE_LIMIT_MS, diagnose: false });
        if (!holdsIn(verdict)) return { verdict, conditions: [] };
      }
      return { verdict: looked.length === 0 ? 'undecided' : holding, conditions: [] };
    };
  const table = families.table('(-inf,inf)');
  const conclude = (claim: Template, refuted: Step | undefined): Step => ({
    kind: 'conclusion',
    relation: '=',
    tex: `${typeset(claim.left, table)} = ${typeset(claim.right, table)}`,
    text: families.label(`${toText(claim.left)} = ${toText(claim.right)}`),
    because: `induction over $${over}$`,
    scope,
    verdict,
    open: false,
    method: 'induction',
    ms: sum(used.map(({ ms }) => ms)),
    uses: [...new Set(used.flatMap((step) => step.uses))],
    conditions,
    ...(verdict === 'proved' && {
      log10Error: Math.max(...[...used, ...kept].map(({ log10Error = -Infinity }) => log10Error)),
      ...(mutants && {
        mutants: inTime(
          () => readable(mutationScore(claim.right, verdictOf(claim, 2, 'undecided')), families),
          undefined,
        ),
      }),
    }),
    ...(refuted && { counterexample: refuted.counterexample }),
    ...(reason !== undefined && { reason }),
    ...(refuted && {
      diagnosis: inTime(
        () => seen(diagnose(claim.right, symbolsOf(claim.right), table, verdictOf(claim, 3, 'tested'))),
        undefined,
      ),
    }),
  });
  const conclusions = claims.map((claim, i) =>
    refuted && !refutations[i] ? apartFrom.shift()! : conclude(claim, refutations[i]),
  );
  // Of the unrolled instances, the largest that is decided is shown, or those that refute.
  const shown = instances.flatMap((mine) => {
    const last = mine.filter(({ verdict: found }) => found === 'proved' || found === 'refuted').at(-1);
    return last ? [last] : [];
  });
  const all = [...bases, ...steps, ...shown, ...conclusions];

  const self: Induction = {
    title,
    verdict,
    scope,
    steps: all,
    summary: summarize(all),
    conditions,
    ...(refuted?.counterexample && { counterexample: refuted.counterexample }),
    ...(reason !== undefined && { reason }),
    check: (accepted = {}) => {
      requireCheckOptions(accepted);
      const failed = verdict === 'vacuous' ? `${plainProse(title)}: nothing is proved` : failures(title, all);
      if (verdict !== 'proved') throw new ProofError(failed ?? `${plainProse(title)}: ${verdict}`, self);
      return self;
    },
    toTeX: () => derivationTeX(title, all),
    toString: () => derivationText(title, all),
  };
  return shownAs(self, () => self);
}

const outOfTime = (reason: string): Judgement & Verdict => ({
  verdict: 'undecided' as const,
  method: 'none',
  reason,
  ms: 0,
  uses: [],
  conditions: [],
});

/** A repair is tested on the first instances: no induction proves it. */
const seen = (diagnosis: string | undefined): string | undefined =>
  diagnosis && `tested on the first instances alone: ${diagnosis}`;

/** The step does not follow: that refutes no instance, so it is said and left undecided. */
function unproved({ counterexample, ...found }: Judgement): Judgement {
  const at = counterexample?.point.map(({ name, value }) => `${name} = ${value}`).join(', ');
  const values = counterexample ? ` at ${at}: left ${counterexample.lhs}, right ${counterexample.rhs}` : '';
  return { ...found, verdict: 'undecided', reason: `it does not follow${values}` };
}

function labelled(found: StepCounterexample, families: Families): StepCounterexample {
  return { ...found, point: found.point.map((entry) => ({ ...entry, name: families.label(entry.name) })) };
}

function readable(score: Step['mutants'], families: Families): Step['mutants'] {
  return (
    score && {
      ...score,
      survivors: score.survivors.map(({ text, verdict }) => ({ text: families.label(text), verdict })),
    }
  );
}

const sum = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((a, b) => a + b, 0) * 100) / 100;
