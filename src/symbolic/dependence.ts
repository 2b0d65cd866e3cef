/** Derivatives of expressions whose symbols are declared: no symbol is a constant unless someone says so. */
import { isRecord, requireArguments, textRecord, texts, type KindsOf } from './arguments.ts';
import { slopeBy } from './calculus.ts';
import { unfoldDefinitions } from './claim.ts';
import { number, substitute, symbol, symbolsOf, toText, type Expr } from './expr.ts';
import { densitiesIn } from './gaussian.ts';
import { wellFormed } from './well-formed.ts';
import { parse, requireSymbolName, symbolNameFault } from './parse.ts';
import { suggestion } from './suggestion.ts';
import { isZero, plus, times } from './tidy.ts';

export type Text = string | Expr;

/**
 * What symbols other than the variables are to a derivative. A symbol that is said nothing of is refused: taken for a
 * constant it would add a silent zero.
 */
export interface Dependence {
  /** Symbols that are held: they depend on no variable, and do not move. */
  constants?: readonly string[];
  /**
   * Symbols that stand for functions, with their partial derivatives: `{ q: { x: 'q1' }, q1: { x: 'q2' } }`. As many orders
   * are needed as are taken; `{ x: '0' }` says that a function does not depend on x.
   */
  functions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Relations, as claims are given them. Definitions are written out before anything is differentiated, so that results
   * speak of undefined symbols alone; inequalities are left aside.
   */
  given?: readonly string[];
}

const DEPENDENCE: KindsOf<Dependence> = {
  constants: texts,
  functions: {
    expected: "an object of derivatives, { q: { x: 'q1' } }",
    fits: (value) => isRecord(value) && Object.values(value).every((each) => textRecord.fits(each)),
  },
  given: texts,
};

/** How fast each symbol goes: null for one that stands still. */
type Motion = ReadonlyMap<string, Expr | null>;

export class Calculus {
  private readonly what: string;
  private readonly remedy: string;
  private readonly constants: ReadonlySet<string>;
  private readonly functions: ReadonlyMap<string, ReadonlyMap<string, Expr>>;
  private readonly definitions: ReadonlyMap<string, Expr>;
  private readonly variables: readonly string[];

  /**
   * `variables` are the symbols that expressions are differentiated in, or that move; `remedy` is what else than a constant
   * a symbol may be, for messages.
   * @throws when a name is declared in two ways or cannot be a symbol, or a relation is none
   */
  constructor(
    what: string,
    variables: readonly string[],
    dependence: Dependence = {},
    remedy = 'its derivatives in functions',
  ) {
    requireArguments(what, dependence, DEPENDENCE);
    const { constants = [], functions = {}, given = [] } = dependence;
    this.what = what;
    this.remedy = remedy;
    this.variables = variables;
    this.constants = new Set(constants);
    this.definitions = this.definitionsOf(given);
    this.functions = new Map(
      Object.entries(functions).map(([name, partials]) => [
        name,
        new Map(Object.entries(partials).map(([variable, text]) => [variable, this.written(text)])),
      ]),
    );
    const declared = [...variables, ...this.constants, ...this.functions.keys(), ...this.definitions.keys()];
    declared.forEach((name) => requireSymbolName(what, name));
    const twice = declared.find((name, i) => declared.indexOf(name) !== i);
    if (twice !== undefined)
      throw new Error(
        `${what}: ${twice} is declared twice: expected one of a variable, a constant, a function and a definition`,
      );
  }

  /** The expression with definitions written out. @throws when they make a part of a density of x depend on x. */
  read(text: Text): Expr {
    if (typeof text !== 'string') this.requireDensities(wellFormed(text));
    return this.written(text);
  }

  private requireDensities(expr: Expr): void {
    for (const { x, parts } of densitiesIn(expr)) {
      const written = this.written(symbol(x));
      const names = written.kind === 'symbol' ? [x, written.name] : [x];
      for (const [part, value] of Object.entries(parts)) {
        const read = symbolsOf(this.written(value));
        const through = read.find((name) => names.some((of) => name === of || this.varies(name, of)));
        if (through === undefined) continue;
        const why = names.includes(through)
          ? `reads ${through} once definitions are written out`
          : `reads ${through}, a function of ${x}`;
        throw new Error(
          `${this.what}: the ${part} ${toText(value)} ${why}: expected it free of ${x} in a density of ${x}`,
        );
      }
    }
  }

  /** Is a derivative of the function in the variable declared that is not 0? */
  private varies(name: string, variable: string): boolean {
    const partial = this.functions.get(name)?.get(variable);
    return partial !== undefined && !isZero(partial);
  }

  /** @throws when the expression reads a symbol that is not declared. */
  requireDeclared(expr: Expr): void {
    const declared = new Set([...this.variables, ...this.constants, ...this.functions.keys()]);
    const name = symbolsOf(expr).find((read) => !declared.has(read));
    if (name !== undefined) throw this.undeclared(name);
  }

  /** ∂expr/∂variable, the other variables held. */
  partial(expr: Expr, variable: string): Expr {
    return this.along(
      expr,
      new Map(this.variables.map((name) => [name, name === variable ? number(1) : null])),
    );
  }

  /** d/dt of the expression as its symbols move. @throws when it reads a symbol that is not declared. */
  along(expr: Expr, motion: Motion): Expr {
    const slopes = new Map<string, Expr | null>();
    return slopeBy(expr, (name) => {
      if (!slopes.has(name)) slopes.set(name, this.slope(name, motion));
      return slopes.get(name)!;
    });
  }

  private slope(name: string, motion: Motion): Expr | null {
    if (motion.has(name)) return motion.get(name)!;
    if (this.constants.has(name)) return null;
    const partials = this.functions.get(name);
    if (partials === undefined) throw this.undeclared(name);
    const terms = [...motion].flatMap(([variable, slope]) => {
      if (slope === null) return [];
      const partial = partials.get(variable);
      if (partial === undefined)
        throw new Error(
          `${this.what}: the derivative of ${name} in ${variable} is not declared: add ${variable}: '…' to functions.${name}, '0' where ${name} does not depend on it`,
        );
      return [times(partial, slope)];
    });
    return terms.length === 0 ? null : plus(...terms);
  }

  private undeclared(name: string): Error {
    const source = [...this.functions].find(([, partials]) =>
      [...partials.values()].some((partial) => symbolsOf(partial).includes(name)),
    )?.[0];
    const known = [...this.variables, ...this.constants, ...this.functions.keys()];
    const lists = [
      ['variables', this.variables],
      ['constants', [...this.constants]],
      ['functions', [...this.functions.keys()]],
    ].map(
      ([kind, names]) => `${kind as string} ${names.length === 0 ? 'none' : (names as string[]).join(', ')}`,
    );
    const order =
      source === undefined ? '' : ` (it comes from a derivative of ${source}: one order more is needed)`;
    const hint = name.length > 1 ? suggestion(name, known) : '';
    const near = hint.startsWith('; did') ? hint : '';
    return new Error(
      `${this.what}: ${name} is not declared${order}: name it in constants, or give ${this.remedy}, or what defines it in given${near} (declared: ${lists.join('; ')})`,
    );
  }

  private written(text: Text): Expr {
    const expr = typeof text === 'string' ? parse(text) : text;
    return this.definitions.size === 0 ? expr : substitute(expr, this.definitions);
  }

  private definitionsOf(given: readonly string[]): ReadonlyMap<string, Expr> {
    const definitions = new Map<string, Expr>();
    const fail = (place: string, message: string): never => {
      throw new Error(`${this.what}: ${place}: ${message}`);
    };
    for (const [i, text] of given.entries()) {
      const place = `given[${i}]`;
      const match = /^([^=<>]*)([=<>])([^=<>]*)$/.exec(text);
      if (!match) return fail(place, `expected "name = expression" or "a < b", got "${text}"`);
      const [, left, relation, right] = match;
      if (relation !== '=') {
        [left, right].forEach((side) => parse(side)); // left aside, but not unread
        continue;
      }
      const name = left.trim();
      const fault = symbolNameFault(name);
      if (fault !== undefined) fail(place, `expected a symbol left of "=": ${fault}`);
      if (definitions.has(name)) fail(place, `"${name}" is defined twice`);
      definitions.set(name, parse(right));
    }
    return unfoldDefinitions(definitions, fail);
  }
}
