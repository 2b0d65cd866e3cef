/**
 * Induction over an index: the base and the step are ordinary claims that the engines decide; the first instances,
 * unrolled without the hypothesis, are a second engine, and the only one that refutes.
 */
import { decide } from './decide.ts';
import { derivationTeX, derivationText, failures, summarize } from './derivation-text.ts';
import { symbolsOf, toText, type Expr } from './expr.ts';
import { Families, timeText, type FamilySpec, type Template, type Time } from './families.ts';
import { judge, SIDE_LIMIT_MS, type Judgement } from './judge.ts';
import { claimFor, type GivenRelation } from './relations.ts';
import { diagnose, mutationScore } from './score.ts';
import type { Step, StepCounterexample, StepVerdict } from './step.ts';
import { declare, type SymbolEntry, type SymbolTable } from './symbols.ts';
import { typeset } from './tex.ts';

export interface InductionSpec {
  /** The index. Default `t`. */
  over?: string;
  /** Where it starts: a number, or a symbol (`s`: a sum from s + 1; `T`: downwards). Default 0. */
  from?: number | string;
  /** `down`: from a symbolic start T to `to`; relations give members at t − 1 from those at t. Default `up`. */
  direction?: 'up' | 'down';
  to?: number;
  families: Record<string, FamilySpec>;
  /** What does not depend on the index. */
  symbols?: SymbolTable | Record<string, SymbolEntry>;
  /**
   * Relations: `abar[0] = 1` as it stands, `abar[t] = alpha[t]*abar[t-1]` for every t after the start, and
   * `beta[t] = 1 - alpha[t]` (no t − 1) at every t, the start included.
   */
  given?: readonly string[];
  /** `{ S: 'a[t]' }`: S[t] is the sum of a over the indices after the start, up to t; likewise products. */
  sums?: Record<string, string>;
  products?: Record<string, string>;
  /** `mean[t] = sqrt(abar[t])*x0`; several are proved together, each step may use all hypotheses. */
  claim: string | readonly string[];
  /** How many instances are unrolled. Default 4. */
  unrolled?: number;
  /** Count refuted single-token edits of the claim. Default true. */
  mutants?: boolean;
}

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
  /** Itself when proved. @throws otherwise, saying where it fails. */
  check(): Induction;
  toTeX(): string;
  toString(): string;
}

/**
 * Proves a claim for every index by induction.
 * @throws when a name is not declared, an index is not t, t − 1 or fixed, or a claim is not `family[t] = expression`.
 */
export function induct(title: string, spec: InductionSpec): Induction {
  return build(title, new Problem(spec), spec);
}

const holdsIn = (verdict: StepVerdict | undefined): boolean => verdict === 'proved' || verdict === 'vacuous';

class Problem {
  readonly over: string;
  readonly start: Time;
  readonly down: boolean;
  readonly to: number;
  readonly families: Families;
  readonly claims: readonly Template[];
  private readonly fixed: Template[];
  private readonly pointwise: Template[];
  private readonly stepwise: Template[];
  private readonly indexDomain: string;

  constructor(spec: InductionSpec) {
    const { over = 't', from = 0, direction = 'up', to = 0, symbols = {}, given = [] } = spec;
    this.over = over;
    this.down = direction === 'down';
    this.to = to;
    if (this.down && typeof from === 'number')
      throw new Error(`downwards from ${from}: expected a symbol such as "T"; the proof is for every T`);
    const constants =
      'names' in symbols ? (symbols as SymbolTable) : declare(symbols as Record<string, SymbolEntry>);
    const index: SymbolEntry = { tex: `${from}`, domain: '[0,inf)', meaning: 'where the index starts' };
    const table =
      typeof from === 'string' && !constants.has(from) ? constants.extend({ [from]: index }) : constants;
    this.start = typeof from === 'string' ? { base: from, offset: 0 } : { base: null, offset: from };
    this.families = new Families(over, spec.families, table);
    const first = timeText(this.start);
    const sugar = [
      ...Object.entries(spec.sums ?? {}).flatMap(([name, term]) => [
        `${name}[${first}] = 0`,
        `${name}[${over}] = ${name}[${over}-1] + (${term})`,
      ]),
      ...Object.entries(spec.products ?? {}).flatMap(([name, factor]) => [
        `${name}[${first}] = 1`,
        `${name}[${over}] = ${name}[${over}-1]*(${factor})`,
      ]),
    ];
    const templates = [...given, ...sugar].map((text) => this.families.template(text));
    this.fixed = templates.filter(({ shifts }) => shifts.length === 0);
    this.stepwise = templates.filter(({ shifts }) => shifts.includes(-1));
    this.pointwise = templates.filter(({ shifts }) => shifts.length > 0 && !shifts.includes(-1));
    this.claims = (typeof spec.claim === 'string' ? [spec.claim] : spec.claim).map((text) =>
      this.claim(text),
    );
    const lowest = this.down ? to : this.start.base === null ? this.start.offset : null;
    this.indexDomain = lowest === null ? '(-inf,inf)' : `[${lowest + 1},inf)`;
  }

  private claim(text: string): Template {
    const template = this.families.template(text);
    const time = this.families.timeOf(template.left);
    const { sign, shifts } = template;
    if (sign !== '=' || time?.base !== this.over || time.offset !== 0 || shifts.some((shift) => shift !== 0))
      throw new Error(`claim "${text}": expected "family[${this.over}] = expression in ${this.over}"`);
    return template;
  }

  get scope(): string {
    const first = timeText(this.start);
    return this.down ? `$${first} \\ge ${this.over} \\ge ${this.to}$` : `$${this.over} \\ge ${first}$`;
  }

  /** The claim as it is asked at a time, under relations that hold there. */
  private ask(
    { left, right }: { left: Expr; right: Expr },
    time: Time,
    relations: readonly (readonly [Template, Time])[],
    bound?: ReadonlyMap<string, number>,
    hypotheses = 0,
  ): Posed {
    const { families } = this;
    const sides = [left, right].map((side) => families.at(side, time, bound)) as [Expr, Expr];
    // Made once to register the members, then read with all of them declared.
    for (const [{ left: a, right: b }, at] of relations)
      [a, b].forEach((side) => families.at(side, at, bound));
    const table = families.table(this.indexDomain);
    const given = relations.map(([template, at]) => families.relation(template, at, table, bound));
    const defined = new Map<string, number>();
    const distinct = given.filter(({ defines, text }, i) => {
      if (defines === undefined) return given.findIndex((other) => other.text === text) === i;
      const before = defined.get(defines);
      if (before === undefined) return defined.set(defines, i);
      // A hypothesis stands for what else is known of its member; two definitions would leave a point undecided.
      if (before >= hypotheses && given[before].text !== text)
        throw new Error(
          `${families.label(`${defines} is defined twice: "${given[before].text}" and "${text}"`)}; keep one`,
        );
      return false;
    });
    return { left: sides[0], right: sides[1], table, given: distinct };
  }

  base(claim: Template): Posed {
    const relations = [...this.fixed, ...this.pointwise].map((template) => [template, this.start] as const);
    return this.ask(claim, this.start, relations);
  }

  step(claim: Template): Posed {
    const [now, before]: Time[] = [
      { base: this.over, offset: 0 },
      { base: this.over, offset: -1 },
    ];
    const [known, next] = this.down ? [now, before] : [before, now];
    const relations = [
      ...this.claims.map((hypothesis) => [hypothesis, known] as const),
      ...this.fixed.map((template) => [template, now] as const),
      ...this.stepwise.map((template) => [template, now] as const),
      ...this.pointwise.flatMap((template) => [now, before].map((time) => [template, time] as const)),
    ];
    return this.ask(claim, next, relations, undefined, this.claims.length);
  }

  /** The claim `steps` steps from the start, everything unrolled and nothing assumed. */
  instance(claim: { left: Expr; right: Expr }, steps: number): Posed {
    const { base, offset } = this.start;
    const low = this.down ? this.to : base === null ? offset : 0;
    const bound = new Map(base === null ? [] : [[base, this.down ? low + steps : low]]);
    const at = (k: number): Time => ({ base: null, offset: k });
    const times = Array.from({ length: steps + 1 }, (_, i) => low + i);
    return this.ask(
      claim,
      at(this.down ? low : low + steps),
      [
        ...this.fixed.map((template) => [template, at(low)] as const),
        ...times.slice(1).flatMap((k) => this.stepwise.map((template) => [template, at(k)] as const)),
        ...times.flatMap((k) => this.pointwise.map((template) => [template, at(k)] as const)),
      ],
      bound,
    );
  }
}

interface Posed {
  left: Expr;
  right: Expr;
  table: SymbolTable;
  given: GivenRelation[];
}

function build(title: string, problem: Problem, spec: InductionSpec): Induction {
  const { claims, families, over } = problem;
  const { unrolled = 4, mutants = true } = spec;
  const first = timeText(problem.start);
  const decided = (posed: Posed): Judgement => {
    const { left, right, table, given } = posed;
    const found = judge(
      { previous: left, next: right, relation: '=', symbols: table, given },
      { mutants: false },
    );
    return {
      ...found,
      ...(found.counterexample && { counterexample: labelled(found.counterexample, families) }),
    };
  };
  /** An instance needs a verdict only; what it rests on is shown for the base and the step. */
  const quickly = (posed: Posed): Judgement => {
    const { left, right, table, given } = posed;
    const asked = claimFor(left, right, table, given);
    const { verdict, method, ms, reason } = decide(asked, { timeLimitMs: SIDE_LIMIT_MS, diagnose: false });
    return verdict === 'refuted' ? decided(posed) : { verdict, method, ms, reason, uses: [], conditions: [] };
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
    // Seen as a real number, the symbol where the index starts may refute what holds at every integer.
    const { base } = problem.start;
    const real = base !== null && [posed.left, posed.right].flatMap(symbolsOf).includes(base);
    const fails = real && found.verdict === 'refuted';
    return line(posed, `base: $${over} = ${first}$`, fails ? unproved(found) : found);
  });
  const known = problem.down ? over : `${over}-1`;
  const steps = claims.map((claim) => {
    const posed = problem.step(claim);
    const found = decided(posed);
    const because = `step: by the hypothesis at $${known}$`;
    return line(posed, because, found.verdict === 'refuted' ? unproved(found) : found);
  });
  const instances = claims.map((claim) => {
    const found: Step[] = [];
    for (let i = 1; i <= unrolled && found.at(-1)?.verdict !== 'refuted'; i++) {
      const posed = problem.instance(claim, i);
      const because = `unrolled ${i} ${i === 1 ? 'step' : 'steps'}, without the hypothesis`;
      found.push(line(posed, because, { ...quickly(posed), diagnosis: undefined }));
    }
    return found;
  });

  const refuted = [...bases, ...instances.flat()].find(({ verdict }) => verdict === 'refuted');
  const failing = [...bases, ...steps].find(({ verdict }) => !holdsIn(verdict));
  const verdict: StepVerdict = refuted
    ? 'refuted'
    : failing
      ? 'undecided'
      : [...bases, ...steps].some((step) => step.verdict === 'proved')
        ? 'proved'
        : 'vacuous';
  const used = [...bases, ...steps];
  const conditions = [...new Set(used.flatMap((step) => step.conditions))];
  const reason = verdict === 'undecided' ? `${failing!.because}: ${failing!.reason}` : undefined;
  /** What the first instances say of the claim with another right side. */
  const verdictOf =
    (claim: Template, most: number) =>
    (right: Expr): StepVerdict => {
      let held: StepVerdict = 'proved';
      for (let i = 1; i <= Math.min(most, unrolled) && held === 'proved'; i++) {
        const { left, right: edited, table, given } = problem.instance({ left: claim.left, right }, i);
        const asked = claimFor(left, edited, table, given);
        const found = decide(asked, { timeLimitMs: SIDE_LIMIT_MS, diagnose: false }).verdict;
        if (!holdsIn(found)) held = found;
      }
      return held;
    };
  const table = families.table('(-inf,inf)');
  const conclusions = claims.map((claim): Step => ({
    kind: 'conclusion',
    relation: '=',
    tex: `${typeset(claim.left, table)} = ${typeset(claim.right, table)}`,
    text: families.label(`${toText(claim.left)} = ${toText(claim.right)}`),
    because: `induction over $${over}$`,
    scope: `for all ${problem.scope}`,
    verdict,
    open: false,
    method: 'induction',
    ms: sum(used.map(({ ms }) => ms)),
    uses: [...new Set(used.flatMap((step) => step.uses))],
    conditions,
    ...(verdict === 'proved' && {
      log10Error: Math.max(...used.map(({ log10Error = -Infinity }) => log10Error)),
      ...(mutants && { mutants: readable(mutationScore(claim.right, verdictOf(claim, 2)), families) }),
    }),
    ...(refuted && { counterexample: refuted.counterexample }),
    ...(reason !== undefined && { reason }),
    ...(refuted && {
      diagnosis: diagnose(claim.right, symbolsOf(claim.right), table, verdictOf(claim, 3)),
    }),
  }));
  // Of the unrolled instances, the largest that is decided is shown, or those that refute.
  const shown = instances.flatMap((mine) => {
    const last = mine.filter(({ verdict: found }) => found !== 'undecided' && found !== 'vacuous').at(-1);
    return last ? [last] : [];
  });
  const all = [...bases, ...steps, ...shown, ...conclusions];

  const self: Induction = {
    title,
    verdict,
    scope: `for all ${problem.scope}`,
    steps: all,
    summary: summarize(all),
    conditions,
    ...(refuted?.counterexample && { counterexample: refuted.counterexample }),
    ...(reason !== undefined && { reason }),
    check: () => {
      const failed = verdict === 'vacuous' ? `${title}: nothing is proved` : failures(title, all);
      if (verdict !== 'proved') throw new Error(failed ?? `${title}: ${verdict}`);
      return self;
    },
    toTeX: () => derivationTeX(title, all),
    toString: () => derivationText(title, all),
  };
  const bundle = (): Record<string, string> => ({
    'text/latex': self.toTeX(),
    'text/plain': self.toString(),
  });
  return Object.assign(self, { [Symbol.for('Jupyter.display')]: bundle });
}

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
