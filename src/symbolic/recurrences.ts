/**
 * What the relations of an induction may be: definitions that can be carried out one index after another, each family from
 * its own end on. Then there is a sequence for every start, and only its domains and inequalities are left to ask about.
 *
 * A family is *free* (no relation for every index), defined at each index *by others* there, *forwards* (at t from t − 1), or
 * *backwards* (at t − 1 from t, in an induction downwards only). Forwards never reads backwards.
 */
import { symbolsOf, type Expr } from './expr.ts';
import { timeText, type Families, type Template, type Time } from './families.ts';

/** Where the index starts; for an induction downwards also the number where it ends. */
export interface Ends {
  over: string;
  start: Time;
  low?: number;
}

type Way = 'by others' | 'forwards' | 'backwards';

interface Rule {
  template: Template;
  family: string;
  way: Way;
}

interface Value {
  template: Template;
  family: string;
  /** The text of the index at which the value is given. */
  at: string;
}

export interface Ways {
  /** The families that relations define at every index, and the end that each begins at (none: by others at each index). */
  driven: ReadonlyMap<string, string | undefined>;
  /** Those of them that go backwards, or are defined by such. */
  backwards: ReadonlySet<string>;
  /** Constants whose definitions read the start of the index. */
  moving: ReadonlySet<string>;
}

/**
 * How relations define the families.
 * @throws naming the relation that is no such definition, or the claim that reads a member in the midst of a sequence
 */
export function readRecurrences(
  relations: readonly Template[],
  claims: readonly Template[],
  families: Families,
  ends: Ends,
): Ways {
  return new Recurrences(families, ends).read(relations, claims);
}

class Recurrences {
  private readonly families: Families;
  private readonly over: string;
  private readonly start: string;
  private readonly low: string;
  private readonly down: boolean;
  private readonly rules = new Map<string, Rule>();
  private readonly values = new Map<string, Value>();
  private readonly constants = new Map<string, Template>();

  constructor(families: Families, { over, start, low }: Ends) {
    this.families = families;
    this.over = over;
    this.start = timeText(start);
    this.down = low !== undefined;
    this.low = low === undefined ? this.start : `${low}`;
  }

  read(relations: readonly Template[], claims: readonly Template[]): Ways {
    [...relations, ...claims].forEach((template) => this.requireIndices(template));
    for (const template of relations) {
      if (template.sign === '=') this.define(template);
      else this.requireMembers(template);
    }
    const backwards = this.backwards();
    this.rules.forEach((rule) => this.requireKnown(rule, backwards));
    this.values.forEach((value) => this.requireEnd(value, backwards));
    const here = (text: string) => text === this.over;
    this.requireOrder(this.over, (family) => {
      const rule = this.rules.get(family);
      if (!rule) return [];
      return this.membersOf(rule.template.right).flatMap(({ family: read, time }) =>
        rule.way === 'backwards'
          ? timeText(time) === `${this.over}-1` && backwards.has(read)
            ? [read]
            : []
          : here(timeText(time))
            ? [read]
            : [],
      );
    });
    for (const end of new Set([this.start, this.low]))
      this.requireOrder(end, (family) => {
        const value = this.values.get(family);
        if (value) return value.at === end ? this.readAt(value.template, end) : [];
        const rule = this.rules.get(family);
        return rule?.way === 'by others' ? this.readAt(rule.template, end) : [];
      });
    this.requireOrder('', (name) => {
      const template = this.constants.get(name);
      return template ? symbolsOf(template.right) : [];
    });
    this.requireOrderOf(claims);
    const driven = new Map(
      [...this.rules].map(([family, { way }]) => [family, way === 'by others' ? undefined : this.endOf(way)]),
    );
    return { driven, backwards, moving: this.moving() };
  }

  /** A claim is a closed form: it reads no member that another one claims, or itself. */
  private requireOrderOf(claims: readonly Template[]): void {
    const claimed = new Set(
      claims.flatMap((claim) => this.membersOf(claim.left).map(({ family }) => family)),
    );
    for (const claim of claims) {
      const read = this.membersOf(claim.right).find(
        ({ family, time }) => timeText(time) === this.over && claimed.has(family),
      );
      if (read)
        throw new Error(
          `claim "${claim.text}" reads ${read.family}[${this.over}], which is claimed too; write out its closed form`,
        );
    }
  }

  private moving(): ReadonlySet<string> {
    const found = new Set<string>();
    for (let size = -1; size !== found.size;) {
      size = found.size;
      for (const [name, { right }] of this.constants)
        if (symbolsOf(right).some((read) => read === this.start || found.has(read))) found.add(name);
    }
    return found;
  }

  private endOf(way: Way): string {
    return way === 'backwards' ? this.start : this.low;
  }

  private membersOf(expr: Expr): { family: string; time: Time }[] {
    return symbolsOf(expr).flatMap((name) => this.families.memberOf(name) ?? []);
  }

  /** The families that a template reads at an end, where its t is that end. */
  private readAt({ right }: Template, end: string): string[] {
    return this.membersOf(right).flatMap(({ family, time }) =>
      [this.over, end].includes(timeText(time)) ? [family] : [],
    );
  }

  private requireIndices({ text, left, right }: Template): void {
    const known = [this.over, `${this.over}-1`, this.start, this.low];
    const strange = [left, right]
      .flatMap((side) => this.membersOf(side))
      .find(({ time }) => !known.includes(timeText(time)));
    if (strange === undefined) return;
    const ends = [...new Set([this.start, this.low])].join(' or ');
    throw new Error(
      `"${text}": ${strange.family}[${timeText(strange.time)}] lies in the midst of a sequence: expected members at ` +
        `${this.over}, at ${this.over}-1 or at ${ends}`,
    );
  }

  /** An inequality must confine the sequences or their constants; the index has its range. */
  private requireMembers({ text, left, right }: Template): void {
    const names = [left, right].flatMap(symbolsOf);
    const index = names.find((name) => name === this.over || name === this.start);
    if (index !== undefined && !names.some((name) => this.families.memberOf(name)))
      throw new Error(`"${text}": the range of ${index} is no relation; give its start a domain`);
  }

  private define(template: Template): void {
    const { text, left, right, shifts } = template;
    if (left.kind !== 'symbol') throw new Error(`"${text}": expected one symbol left of =`);
    const member = this.families.memberOf(left.name);
    if (!member) return this.defineConstant(left.name, template);
    const { family, time } = member;
    if (time.base !== this.over) {
      if (this.membersOf(right).some((read) => read.time.base === this.over) || shifts.length > 0)
        throw new Error(`"${text}": the value at ${timeText(time)} must not depend on ${this.over}`);
      this.requireFirst(this.values, family, template);
      this.values.set(family, { template, family, at: timeText(time) });
      return;
    }
    if (time.offset === -1 && !this.down)
      throw new Error(
        `"${text}": upwards a relation gives a member at ${this.over} from those at ${this.over}-1; solve it for ` +
          `${family}[${this.over}], or go down from a symbol (from: 'T', direction: 'down')`,
      );
    this.requireFirst(this.rules, family, template);
    const way = time.offset === -1 ? 'backwards' : shifts.includes(-1) ? 'forwards' : 'by others';
    this.rules.set(family, { template, family, way });
  }

  private defineConstant(name: string, template: Template): void {
    const { text, right } = template;
    if (name === this.over || name === this.start)
      throw new Error(`"${text}": ${name} is the index; give its start a domain, or a number`);
    if (this.membersOf(right).length > 0 || symbolsOf(right).includes(this.over))
      throw new Error(`"${text}": ${name} does not depend on ${this.over}, but its definition does`);
    const before = this.constants.get(name);
    if (before) throw new Error(`${name} is defined twice: "${before.text}" and "${text}"; keep one`);
    this.constants.set(name, template);
  }

  private requireFirst(
    known: ReadonlyMap<string, { template: Template }>,
    family: string,
    { text, left }: Template,
  ) {
    const before = known.get(family)?.template;
    if (!before) return;
    const name = left.kind === 'symbol' ? this.families.label(left.name) : family;
    throw new Error(`${name} is defined twice: "${before.text}" and "${text}"; keep one`);
  }

  /** Families that go backwards, and those that are defined by them. */
  private backwards(): ReadonlySet<string> {
    const found = new Set(
      [...this.rules.values()].filter(({ way }) => way === 'backwards').map(({ family }) => family),
    );
    for (let size = -1; size !== found.size;) {
      size = found.size;
      for (const { family, way, template } of this.rules.values())
        if (way === 'by others' && this.membersOf(template.right).some((read) => found.has(read.family)))
          found.add(family);
    }
    return found;
  }

  /** A rule reads what comes before it: forwards never what goes backwards, nothing its own later end. */
  private requireKnown({ template, family, way }: Rule, backwards: ReadonlySet<string>): void {
    for (const { family: read, time } of this.membersOf(template.right)) {
      const at = timeText(time);
      if (way === 'forwards' && backwards.has(read))
        throw new Error(
          `"${template.text}": ${family} goes forwards and reads ${read}, which goes backwards from ${this.start}; ` +
            `define ${family} at ${this.over}-1`,
        );
      if (!this.down || time.base === this.over) continue;
      const late = backwards.has(family) ? at === this.low && backwards.has(read) : at === this.start;
      if (late && this.low !== this.start && this.rules.has(read))
        throw new Error(`"${template.text}": ${read}[${at}] comes after ${family}[${this.over}]`);
    }
  }

  private requireEnd({ template, family, at }: Value, backwards: ReadonlySet<string>): void {
    const rule = this.rules.get(family);
    if (rule?.way === 'by others')
      throw new Error(
        `${family}[${at}] is defined twice: "${rule.template.text}" and "${template.text}"; keep one`,
      );
    const end = rule && this.endOf(rule.way);
    if (end !== undefined && at !== end)
      throw new Error(
        `"${template.text}": "${rule!.template.text}" defines ${family} from ${end} on; keep one`,
      );
    const reads = this.membersOf(template.right);
    const strange = reads.find(
      ({ family: read, time }) =>
        !rule || timeText(time) !== at || (rule.way === 'forwards' && backwards.has(read)),
    );
    if (strange)
      throw new Error(
        `"${template.text}": ${strange.family}[${timeText(strange.time)}] is not known before ${family}[${at}]; ` +
          `give it as a number or a symbol`,
      );
  }

  /** @throws when what is read at one index goes round in a circle. */
  private requireOrder(end: string, reads: (name: string) => readonly string[]): void {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (done.has(name)) return;
      const [label, around] =
        end === '' ? [name, path] : [`${name}[${end}]`, path.map((each) => `${each}[${end}]`)];
      if (path.includes(name))
        throw new Error(`the relations define ${label} by itself: ${[...around, label].join(' → ')}`);
      reads(name).forEach((read) => visit(read, [...path, name]));
      done.add(name);
    };
    [...this.rules.keys(), ...this.values.keys(), ...this.constants.keys()].forEach((name) =>
      visit(name, []),
    );
  }
}
