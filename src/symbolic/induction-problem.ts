/** What an induction claims, and the ordinary claims it comes down to: base, step, unrolled instances. */
import { contains, parseDomain } from './domain.ts';
import { symbolsOf, type Expr } from './expr.ts';
import { Families, timeText, type FamilySpec, type Template, type Time } from './families.ts';
import type { GivenRelation } from './relations.ts';
import { rational } from './rational.ts';
import { typeset } from './tex.ts';
import { declare, type SymbolEntry, type SymbolTable } from './symbols.ts';

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

const MOST_STARTS = 20; // whole numbers tried for a symbol where the index starts

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
  /** Families that relations define at every index. */
  private readonly driven: ReadonlySet<string>;

  constructor(spec: InductionSpec) {
    const { over = 't', from = 0, direction = 'up', to = 0, symbols = {}, given = [] } = spec;
    this.over = over;
    this.down = direction === 'down';
    this.to = to;
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
    this.driven = new Set(
      [...this.stepwise, ...this.pointwise].flatMap(({ sign, left }) => {
        const family = sign === '=' && left.kind === 'symbol' && this.families.memberOf(left.name)?.family;
        return family ? [family] : [];
      }),
    );
    this.fixed.forEach((template) => this.requireAtEnd(template));
    this.claims = (typeof spec.claim === 'string' ? [spec.claim] : spec.claim).map((text) =>
      this.claim(text),
    );
    const lowest = this.down ? to : this.start.base === null ? this.start.offset : null;
    this.indexDomain = lowest === null ? '(-inf,inf)' : `[${lowest + 1},inf)`;
    this.indices = lowest === null ? '(-inf,inf)' : `[${lowest},inf)`;
  }

  /** @throws for a value in the midst of a sequence that relations define already. */
  private requireAtEnd({ text, sign, left }: Template): void {
    const member = left.kind === 'symbol' ? this.families.memberOf(left.name) : undefined;
    if (sign !== '=' || !member || !this.driven.has(member.family)) return;
    const ends = [timeText(this.start), ...(this.down ? [`${this.to}`] : [])];
    if (!ends.includes(timeText(member.time)))
      throw new Error(
        `"${text}": the relations for every ${this.over} define ${member.family} from ${ends.join(' and ')} on; keep one`,
      );
  }

  /** A member that may be chosen: no relation for every index defines its family. */
  freeMember(name: string): { family: string; time: Time } | undefined {
    const member = this.families.memberOf(name);
    return member && !this.driven.has(member.family) ? member : undefined;
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

  /** May the symbol where the index starts be this number? */
  private mayStart(value: number): boolean {
    const domain = parseDomain(this.families.table(this.indexDomain).get(this.start.base!).domain);
    return !domain || contains(domain, rational(BigInt(value)));
  }

  /** The start of an instance upwards from a symbol: another one for every number of steps, where its domain has so many. */
  private startOf(steps: number): number {
    const starts = Array.from({ length: MOST_STARTS }, (_, i) => i).filter((value) => this.mayStart(value));
    return starts[steps - 1] ?? starts[0] ?? 0;
  }

  /** Is there an instance this many steps from the start? */
  reaches(steps: number): boolean {
    return !this.down || this.mayStart(this.to + steps);
  }

  base(claim: Template): Posed {
    const relations = [...this.fixed, ...this.pointwise].map((template) => [template, this.start] as const);
    return this.ask(claim, this.start, relations, undefined, 0, (_, template) => this.owes(template));
  }

  /**
   * Does an inequality speak of what relations define or of the index, and of nothing that may be chosen to satisfy it? Where
   * it fails nothing is left to claim, and an induction would go on about nothing.
   */
  private owes({ sign, left, right }: Template): boolean {
    if (sign === '=') return false;
    const names = [left, right].flatMap(symbolsOf);
    const members = names.flatMap((name) => this.families.memberOf(name) ?? []);
    if (members.some(({ family }) => !this.driven.has(family))) return false;
    const chosen = ({ family, time }: { family: string; time: Time }): boolean =>
      time.base === this.start.base &&
      time.offset === this.start.offset &&
      !this.fixed.some((relation) => {
        const known = relation.left.kind === 'symbol' && this.families.memberOf(relation.left.name);
        const start = known && known.family === family && timeText(known.time) === timeText(time);
        return relation.sign === '=' && start;
      });
    return !members.some(chosen) && (members.length > 0 || names.includes(this.over));
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

  /** The members that the hypotheses of a step speak of. */
  get hypothesized(): string[] {
    const known = { base: this.over, offset: this.down ? 0 : -1 };
    return this.claims.flatMap(({ left }) => symbolsOf(this.families.at(left, known)));
  }

  /**
   * The claim `steps` steps from the start, everything unrolled and nothing assumed; a symbolic start is another number
   * for every number of steps.
   */
  instance(claim: { left: Expr; right: Expr }, steps: number): Posed {
    const { base, offset } = this.start;
    const low = this.down ? this.to : base === null ? offset : this.startOf(steps);
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
