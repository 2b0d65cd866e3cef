/** What an induction claims, and the ordinary claims it comes down to: base, step, unrolled instances. */
import {
  amount,
  flag,
  oneOf,
  record,
  text,
  textOrAmount,
  textOrTexts,
  textRecord,
  texts,
  type KindsOf,
} from './arguments.ts';
import { contains, parseDomain } from './domain.ts';
import { symbolsOf, type Expr } from './expr.ts';
import { Families, timeText, type FamilySpec, type Template, type Time } from './families.ts';
import type { GivenRelation } from './relations.ts';
import { numberQ, rational } from './rational.ts';
import { readRecurrences, type Ways } from './recurrences.ts';
import { typeset } from './tex.ts';
import { declare, type SymbolEntry, type SymbolTable } from './symbols.ts';

/** What an `InductionSpec` may hold. */
export const INDUCTION_SPEC: KindsOf<InductionSpec> = {
  timeLimitMs: amount,
  over: text,
  from: textOrAmount,
  direction: oneOf('up', 'down'),
  to: amount,
  families: record,
  symbols: record,
  given: texts,
  sums: textRecord,
  products: textRecord,
  claim: textOrTexts,
  unrolled: amount,
  mutants: flag,
};

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
   * `beta[t] = 1 - alpha[t]` (no t − 1) at every t, the start included. Each family is defined one index after another from
   * one end on, or is free; inequalities may confine what is free and what sequences begin with.
   */
  given?: readonly string[];
  /** `{ S: 'a[t]' }`: S[t] is the sum of a over the indices after the start, up to t; likewise products. */
  sums?: Record<string, string>;
  products?: Record<string, string>;
  /**
   * `mean[t] = sqrt(abar[t])*x0`, said of all sequences up to t (downwards: of whole sequences) that lie in their domains
   * and meet the relations; several are proved together, each step may use all hypotheses.
   */
  claim: string | readonly string[];
  /** How many instances are unrolled. Default 4. */
  unrolled?: number;
  /** Count refuted single-token edits of the claim. Default true. */
  mutants?: boolean;
  /** The induction ends by then; what is not decided yet is undecided. Default 30,000. */
  timeLimitMs?: number;
}

const MOST_STARTS = 20; // whole numbers tried for a symbol where the index starts
const LONGEST = 12; // steps that are unrolled at most

/** The numbers from which, to which and at which a claim is unrolled. */
export interface Instance {
  low: number;
  high: number;
  at: number;
}

export interface Posed {
  left: Expr;
  right: Expr;
  table: SymbolTable;
  given: GivenRelation[];
  /** The inequalities among `given` that its sequences have no freedom to satisfy: they must follow from the rest. */
  owed: GivenRelation[];
}

export class Problem {
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
  /** Where the index runs, its start included. */
  readonly indices: string;
  /** Whole numbers that a symbolic start may be, ascending. */
  private readonly starts: readonly number[];
  private readonly ways: Ways;

  constructor(spec: InductionSpec) {
    const { over = 't', from = 0, direction = 'up', to = 0, symbols = {}, given = [] } = spec;
    this.over = over;
    this.down = direction === 'down';
    this.to = to;
    for (const [name, value] of Object.entries({ from, to }))
      if (typeof value === 'number' && !Number.isSafeInteger(value))
        throw new Error(`${name}: ${value}: expected a whole number`);
    if (this.down && Object.keys({ ...spec.sums, ...spec.products }).length > 0)
      throw new Error('sums and products run upwards: in an induction downwards write out their relations');
    if (spec.claim.length === 0) throw new Error('claim: expected "family[t] = expression", or several');
    if (this.down && typeof from === 'number')
      throw new Error(`downwards from ${from}: expected a symbol such as "T"; the proof is for every T`);
    const constants =
      'names' in symbols ? (symbols as SymbolTable) : declare(symbols as Record<string, SymbolEntry>);
    const domain = `[${this.down ? to : 0},inf)`;
    const index: SymbolEntry = { tex: `${from}`, domain, meaning: 'where the index starts' };
    const table =
      typeof from === 'string' && !constants.has(from) ? constants.extend({ [from]: index }) : constants;
    this.start = typeof from === 'string' ? { base: from, offset: 0 } : { base: null, offset: from };
    this.families = new Families(over, spec.families, table, this.start.base);
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
    const ends = { over, start: this.start, ...(this.down && { low: to }) };
    this.ways = readRecurrences(templates, this.claims, this.families, ends);
    const lowest = this.down ? to : this.start.base === null ? this.start.offset : null;
    this.indexDomain = lowest === null ? '(-inf,inf)' : `[${lowest + 1},inf)`;
    this.indices = lowest === null ? '(-inf,inf)' : `[${lowest},inf)`;
    this.starts = this.start.base === null ? [] : this.wholeStarts(this.start.base);
  }

  /** A member that may be chosen: no relation for every index defines its family. */
  freeMember(name: string): { family: string; time: Time } | undefined {
    const member = this.families.memberOf(name);
    return member && !this.ways.driven.has(member.family) ? member : undefined;
  }

  /** The values that are given to single members of a family. */
  valuesOf(family: string): { time: Time; value: Expr }[] {
    return this.fixed.flatMap(({ sign, left, right }) => {
      const member = sign === '=' && left.kind === 'symbol' ? this.families.memberOf(left.name) : undefined;
      return member?.family === family ? [{ time: member.time, value: right }] : [];
    });
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

  /** The inequalities that confine the sequences spoken of, as TeX in text. */
  get within(): string {
    const inequalities = [...this.fixed, ...this.stepwise, ...this.pointwise].filter(
      ({ sign }) => sign !== '=',
    );
    const table = this.families.table(this.indexDomain);
    const texts = inequalities.map(
      ({ left, sign, right }) => `$${typeset(left, table)} ${sign} ${typeset(right, table)}$`,
    );
    return texts.length === 0 ? '' : ` and all sequences with ${texts.join(', ')}`;
  }

  /** The claim as it is asked at a time, under relations that hold there. */
  private ask(
    { left, right }: { left: Expr; right: Expr },
    time: Time,
    relations: readonly (readonly [Template, Time])[],
    bound?: ReadonlyMap<string, number>,
    hypotheses = 0,
    asked: (at: Time, template: Template) => boolean = () => false,
  ): Posed {
    const { families } = this;
    const sides = [left, right].map((side) => families.at(side, time, bound)) as [Expr, Expr];
    // Made once to register the members, then read with all of them declared.
    for (const [{ left: a, right: b }, at] of relations)
      [a, b].forEach((side) => families.at(side, at, bound));
    const table = families.table(this.indexDomain);
    const given = relations.map(([template, at]) => families.relation(template, at, table, bound));
    const defined = new Map<string, number>();
    const owed = relations.flatMap(([template, at], i) => (asked(at, template) ? [given[i]] : []));
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
    return { left: sides[0], right: sides[1], table, given: distinct, owed };
  }

  /** The first whole numbers that the symbol where the index starts may be. @throws when it may be none. */
  private wholeStarts(base: string): number[] {
    const { domain } = this.families.table(this.indexDomain).get(base);
    const { lo, hi } = parseDomain(domain)!;
    const highest = hi ? Math.floor(numberQ(hi)) : MOST_STARTS;
    const least = lo ? Math.ceil(numberQ(lo)) : Math.min(0, highest - MOST_STARTS + 1);
    const from = this.down ? Math.max(least, this.to) : least;
    const starts = Array.from({ length: MOST_STARTS }, (_, i) => from + i).filter((value) =>
      contains(parseDomain(domain)!, rational(BigInt(value))),
    );
    if (starts.length > 0) return starts;
    const where = this.down ? ` from ${this.to} on` : '';
    throw new Error(
      `${base} in ${domain}: expected a domain with a whole number${where}, where the index starts`,
    );
  }

  /**
   * Instances in numbers, `most` of them beyond the shortest; a symbolic start is another number in each, where its domain
   * has so many. Upwards the claim is asked at the last index, downwards at both ends.
   */
  instances(most: number): Instance[] {
    const { down, to, start, starts } = this;
    if (down)
      return starts
        .filter((high) => high - to <= LONGEST)
        .slice(0, most + 1)
        .flatMap((high) => [...new Set([high, to])].map((at) => ({ low: to, high, at })));
    return Array.from({ length: most + 1 }, (_, i) => {
      const low = start.base === null ? start.offset : (starts[i] ?? starts[0]);
      return { low, high: low + i, at: low + i };
    });
  }

  base(claim: Template): Posed {
    const relations = [...this.fixed, ...this.pointwise].map((template) => [template, this.start] as const);
    return this.ask(claim, this.start, relations, undefined, 0, (_, template) => this.owes(template));
  }

  /**
   * Must an inequality follow from the rest? Unless it is about what may be chosen to satisfy it (free members, which
   * `unmet` looks for, and what sequences begin with) it must: where it fails nothing is left to claim, and an induction
   * would go on about nothing.
   */
  private owes(template: Template): boolean {
    return template.sign !== '=' && !this.hasFreeMember(template) && !this.isChosen(template);
  }

  private hasFreeMember({ left, right }: Template): boolean {
    return [left, right].flatMap(symbolsOf).some((name) => this.freeMember(name));
  }

  /** Is an inequality about constants and what sequences begin with, and nothing else? */
  private isChosen({ left, right }: Template): boolean {
    return [left, right].flatMap(symbolsOf).every((name) => {
      const member = this.families.memberOf(name);
      if (!member) return name !== this.over && name !== this.start.base && !this.ways.moving.has(name);
      const at = timeText(member.time);
      const begins = this.ways.driven.get(member.family) === at;
      return begins && !this.valuesOf(member.family).some(({ time }) => timeText(time) === at);
    });
  }

  /** Do inequalities confine what may be chosen once and for all? */
  get confinesStart(): boolean {
    return this.fixed.some((template) => template.sign !== '=' && this.isChosen(template));
  }

  /** Without the hypotheses it shows whether they are needed. */
  step(claim: Template, assumed: readonly Template[] = this.claims): Posed {
    const [now, before]: Time[] = [
      { base: this.over, offset: 0 },
      { base: this.over, offset: -1 },
    ];
    const [known, next] = this.down ? [now, before] : [before, now];
    const relations = [
      ...assumed.map((hypothesis) => [hypothesis, known] as const),
      ...this.fixed.map((template) => [template, now] as const),
      ...this.stepwise.map((template) => [template, now] as const),
      ...this.pointwise.flatMap((template) => [now, before].map((time) => [template, time] as const)),
    ];
    // What a pointwise inequality says at the index before is part of the hypothesis.
    const asked = (at: Time, template: Template): boolean =>
      this.owes(template) && !(this.pointwise.includes(template) && timeText(at) === timeText(known));
    return this.ask(claim, next, relations, undefined, assumed.length, asked);
  }

  /**
   * Must a step show that a defined member is defined and in its domain? One that comes first in the order of the
   * induction was shown by the base or the step before.
   */
  isNext(name: string): boolean {
    const member = this.families.memberOf(name);
    if (member?.time.base !== this.over) return false;
    if (!this.down) return member.time.offset === 0;
    return !this.ways.backwards.has(member.family) || member.time.offset === -1;
  }

  /** May what is claimed serve to show that of these names? Not downwards of what goes forwards: it was there before. */
  mayAssume(names: readonly string[]): boolean {
    const backwards = (name: string): boolean =>
      this.ways.backwards.has(this.families.memberOf(name)?.family ?? '');
    return !this.down || names.some(backwards);
  }

  /** `from T = 3 down to 1`. */
  reach({ low, high, at }: Instance): string {
    const { base } = this.start;
    const [first, way] = this.down ? [high, 'down to'] : [low, 'to'];
    return `from ${base === null ? '' : `${base} = `}${first} ${way} ${at}`;
  }

  /** The claim at a number, everything unrolled and nothing assumed. */
  instance(claim: { left: Expr; right: Expr }, { low, high, at }: Instance): Posed {
    const { base } = this.start;
    const bound = new Map(base === null ? [] : [[base, this.down ? high : low]]);
    const number = (k: number): Time => ({ base: null, offset: k });
    const times = Array.from({ length: high - low + 1 }, (_, i) => low + i);
    return this.ask(
      claim,
      number(at),
      [
        ...this.fixed.map((template) => [template, number(low)] as const),
        ...times.slice(1).flatMap((k) => this.stepwise.map((template) => [template, number(k)] as const)),
        ...times.flatMap((k) => this.pointwise.map((template) => [template, number(k)] as const)),
      ],
      bound,
    );
  }
}
