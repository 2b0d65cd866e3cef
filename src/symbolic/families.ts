/**
 * Indexed families: `abar[t]`, `abar[t-1]`, `abar[0]`. Each member is an ordinary symbol to the engines; relations written
 * for t are instantiated where they are needed, at a symbolic t or at a number.
 */
import { affineIn } from './affine.ts';
import {
  constant,
  foldExpr,
  isRational,
  number,
  rebuild,
  symbol,
  symbolsOf,
  toText,
  type Expr,
} from './expr.ts';
import { parse } from './parse.ts';
import { equalQ, negQ, ONE, type Rational } from './rational.ts';
import { readRelation, type GivenRelation } from './relations.ts';
import { declare, type SymbolEntry, type SymbolTable } from './symbols.ts';
import { suggestion } from './suggestion.ts';

/** A family's TeX without its index, and the interval of every member; or the interval alone. */
export type FamilySpec = string | { tex: string; domain: string };

/** A time: `t − 1` is { base: 't', offset: −1 }, 3 is { base: null, offset: 3 }. */
export interface Time {
  readonly base: string | null;
  readonly offset: number;
}

/** `left sign right`, written for the index; `shifts` are the offsets of the index that it mentions. */
export interface Template {
  readonly text: string;
  readonly left: Expr;
  readonly sign: '=' | '<' | '>';
  readonly right: Expr;
  readonly shifts: readonly number[];
}

/** In the symbol of a member, and in no name that a user may give: a[t] never is a symbol that someone declared. */
const MADE = '__at_';

const member = /([A-Za-z]\w*)\s*\[([^[\]]*)\]/g;

export class Families {
  private readonly over: string;
  private readonly families: ReadonlyMap<string, { tex: string; domain: string }>;
  private readonly constants: SymbolTable;
  private readonly signs = new Map<string, string>();
  /** Symbols that stand for indices beside the one that runs. */
  private readonly times = new Set<string>();
  private readonly members = new Map<string, { family: string; time: Time }>();

  /** `start` is the symbol where the index starts, if it is one. */
  constructor(
    over: string,
    families: Record<string, FamilySpec>,
    constants: SymbolTable,
    start?: string | null,
  ) {
    this.over = over;
    if (start) this.times.add(start);
    this.constants = constants;
    this.families = new Map(
      Object.entries(families).map(([name, spec]) => [
        name,
        typeof spec === 'string' ? { tex: plainTex(name), domain: spec } : spec,
      ]),
    );
    for (const [name, { tex, domain }] of this.families) {
      if (constants.has(name) || name === over)
        throw new Error(`${name} is a family and a symbol: rename one`);
      declare({ [name]: { tex, domain, meaning: '' } }); // refuses what is no domain
    }
    if (constants.has(over) || start === over)
      throw new Error(
        `${over} is the index: it runs from its start on, and is no symbol to declare or to start from`,
      );
    const taken = [over, ...this.families.keys(), ...constants.names].find((name) => name.includes(MADE));
    if (taken !== undefined)
      throw new Error(`"${taken}" is a name that the checker makes itself: rename it without "${MADE}"`);
  }

  /** Reads an expression in members and constants. @throws ParseError, or when a name is not declared. */
  read(text: string): Expr {
    const expr = parse(
      text.replaceAll(member, (_, name: string, index: string) => this.key(name, index, text)),
    );
    foldExpr<void>(expr, {
      ...silent,
      symbol: (name) => {
        if (this.members.has(name) || this.constants.has(name) || name === this.over) return;
        const hint = this.families.has(name)
          ? `: ${name} is a family, write ${name}[${this.over}]`
          : suggestion(name, [...this.constants.names, ...this.families.keys()]);
        throw new Error(`unknown symbol ${name} in "${text}"${hint}`);
      },
    });
    return expr;
  }

  template(text: string): Template {
    const match = /^([^=<>]+)([=<>])([^=<>]+)$/.exec(text);
    if (match === null) throw new Error(`"${text}": expected "name[${this.over}] = expression" or "a < b"`);
    const [left, right] = [this.read(match[1]), this.read(match[3])];
    const times = [left, right]
      .flatMap((side) => this.timesOf(side))
      .filter(({ base }) => base === this.over);
    const shifts = [...new Set(times.map(({ offset }) => offset))];
    if (shifts.some((shift) => shift !== 0 && shift !== -1))
      throw new Error(`"${text}": expected no index but ${this.over} and ${this.over}-1`);
    return { text: text.trim(), left, sign: match[2] as '=' | '<' | '>', right, shifts };
  }

  /** The interval of every member of a family. */
  domainOf(family: string): string {
    return this.families.get(family)!.domain;
  }

  /** The family and the time of a symbol that stands for a member. */
  memberOf(name: string): { family: string; time: Time } | undefined {
    return this.members.get(name);
  }

  timeOf(expr: Expr): Time | undefined {
    return expr.kind === 'symbol' ? this.members.get(expr.name)?.time : undefined;
  }

  private timesOf(expr: Expr): Time[] {
    const times: Time[] = [];
    foldExpr<void>(expr, {
      ...silent,
      symbol: (name) => {
        if (name === this.over) times.push({ base: this.over, offset: 0 });
        const known = this.members.get(name);
        if (known) times.push(known.time);
      },
    });
    return times;
  }

  /** The expression with the index set to a time. */
  at(expr: Expr, time: Time, bound: ReadonlyMap<string, number> = new Map()): Expr {
    const moved = ({ base, offset }: Time): Time => {
      const shifted =
        base === this.over ? { base: time.base, offset: time.offset + offset } : { base, offset };
      const value = shifted.base === null ? undefined : bound.get(shifted.base);
      return value === undefined ? shifted : { base: null, offset: value + shifted.offset };
    };
    return foldExpr(expr, {
      ...rebuild,
      symbol: (name) => {
        const known = this.members.get(name);
        if (known) return symbol(this.register(known.family, moved(known.time)));
        if (name === this.over || bound.has(name)) {
          const { base, offset } = moved({ base: name, offset: 0 });
          if (base === null) return number(offset);
          return offset === 0 ? symbol(base) : rebuild.add([symbol(base), number(offset)]);
        }
        return symbol(name);
      },
      pow: (base, exponent) => this.alternating(base, exponent) ?? rebuild.pow(base, exponent),
    });
  }

  /**
   * (−1)^(k·t + c) with integers k and c is (−1)^c, times a symbol for (−1)^t where k is odd. The symbol may be any number: what holds for all of
   * them holds for ±1.
   */
  private alternating(base: Expr, exponent: Rational | Expr): Expr | undefined {
    const value = constant(base);
    if (value === null || isRational(exponent) || !equalQ(value, negQ(ONE))) return undefined;
    const names = [...new Set(symbolsOf(exponent))];
    const [name] = names;
    if (names.length !== 1 || (name !== this.over && !this.times.has(name))) return undefined;
    const line = affineIn(exponent);
    if (line === null || line.slope.d !== 1n || line.offset.d !== 1n) return undefined;
    const sign = number(line.offset.n % 2n === 0n ? 1 : -1);
    if (line.slope.n % 2n === 0n) return sign;
    const key = `alternating${MADE}${name}_`;
    this.signs.set(key, name);
    return rebuild.mul([sign, symbol(key)]);
  }

  /** Does the symbol stand for an index, or for (−1)^t at one? */
  isIndex(name: string): boolean {
    return name === this.over || this.times.has(name) || this.signs.has(name);
  }

  /** The template as a relation at a time. */
  relation(
    template: Template,
    time: Time,
    table: SymbolTable,
    bound?: ReadonlyMap<string, number>,
  ): GivenRelation {
    const [left, right] = [template.left, template.right].map((side) => toText(this.at(side, time, bound)));
    return readRelation(`${left} ${template.sign} ${right}`, table);
  }

  /** Constants, the index, and every member met so far: read it again after new members were made. */
  table(indexDomain: string): SymbolTable {
    const made = [...this.members].map(([key, { family, time }]): [string, SymbolEntry] => {
      const { tex, domain } = this.families.get(family)!;
      return [key, { tex: `${tex}_{${timeText(time)}}`, domain, meaning: `${family} at ${timeText(time)}` }];
    });
    const index = { [this.over]: { tex: this.over, domain: indexDomain, meaning: 'the index' } };
    const signs = [...this.signs].map(([key, base]): [string, SymbolEntry] => [
      key,
      { tex: `(-1)^{${base}}`, domain: '(-inf,inf)', meaning: `(-1)^${base}` },
    ]);
    return declare({
      ...Object.fromEntries(signs),
      ...Object.fromEntries(this.constants.names.map((name) => [name, this.constants.get(name)])),
      ...index,
      ...Object.fromEntries(made),
    });
  }

  /** Text in which members are written `abar[t-1]` again. */
  label(text: string): string {
    return text.replaceAll(/\b[A-Za-z]\w*\b/g, (name) => {
      const known = this.members.get(name);
      const base = this.signs.get(name);
      if (base !== undefined) return `(-1)^${base}`;
      return known ? `${known.family}[${timeText(known.time)}]` : name;
    });
  }

  private key(name: string, index: string, text: string): string {
    if (!this.families.has(name))
      throw new Error(`unknown family ${name} in "${text}"${suggestion(name, [...this.families.keys()])}`);
    const match = /^\s*(?:([A-Za-z]\w*)\s*(?:([+-])\s*(\d+))?|(\d+))\s*$/.exec(index);
    if (match === null)
      throw new Error(`index "${index}" in "${text}": expected ${this.over}, ${this.over}-1 or a number`);
    const [, base, sign, shift = '0', fixed] = match;
    if (base !== undefined && base !== this.over && !this.constants.has(base))
      throw new Error(`unknown index ${base} in "${text}"`);
    if (base !== undefined) this.times.add(base);
    const offset = fixed === undefined ? (sign === '-' ? -Number(shift) : Number(shift)) : Number(fixed);
    return this.register(name, { base: base ?? null, offset });
  }

  private register(family: string, time: Time): string {
    const offset = `${time.offset < 0 ? 'm' : 'p'}${Math.abs(time.offset)}`;
    const key = `${family}${MADE}${time.base ?? ''}_${offset}`;
    this.members.set(key, { family, time });
    return key;
  }
}

export function timeText({ base, offset }: Time): string {
  if (base === null) return `${offset}`;
  return offset === 0 ? base : `${base}${offset < 0 ? '-' : '+'}${Math.abs(offset)}`;
}

const greek =
  /^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega)$/;

const plainTex = (name: string): string =>
  name.length === 1 ? name : greek.test(name) ? `\\${name}` : `\\mathrm{${name}}`;

const nothing = (): void => undefined;
const silent = {
  number: nothing,
  pi: nothing,
  symbol: nothing,
  add: nothing,
  mul: nothing,
  div: nothing,
  neg: nothing,
  pow: nothing,
  call: nothing,
};
