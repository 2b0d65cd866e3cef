/**
 * What is known of the densities: their variables and a factorisation of each joint. Everything else about a density
 * (its marginals, conditionals, independences) follows from that.
 */
import { leadingName, parseStatement, parseChain } from './parse.ts';
import { requireArguments, texts } from '../arguments.ts';
import { StepError } from '../step.ts';
import { leastLength } from './range-text.ts';
import { densityText } from './text.ts';
import { densityWith } from './rewrite.ts';
import {
  isSpan,
  placeText,
  shift,
  type ChainExpr,
  type Density,
  type IndexRange,
  type Place,
  type Point,
} from './syntax.ts';

/** One factor of a joint, or one for every value of an index. */
export interface JointFactor {
  readonly density: Density;
  readonly over?: IndexRange;
}

export interface JointDensity {
  readonly name: string;
  readonly factors: readonly JointFactor[];
  /** Does its length depend on T? */
  readonly long: boolean;
  /** As declared. */
  readonly text: string;
}

/** Functions that statements may use: of any sign, unless they are declared positive. */
export interface FunctionNames {
  readonly functions?: readonly string[];
  readonly positive?: readonly string[];
}

export interface ChainModel {
  readonly densities: ReadonlyMap<string, JointDensity>;
  /** Real-valued functions that statements may use. */
  readonly functions: ReadonlySet<string>;
  /** Those of them that are positive. */
  readonly positive: ReadonlySet<string>;
  /** Does a density reach to x_T? */
  readonly long: boolean;
  /** The least T that statements speak of: as declared, and what every factorisation makes sense for. */
  readonly shortest: number;
}

/** A factor of a chain of given length: a table of its child for every state of its parents. */
export interface Table {
  readonly child: readonly string[];
  readonly parents: readonly string[];
  /** `q(x_1|x_0)` */
  readonly label: Density;
}

/**
 * Declares densities by their factorisations, or as arbitrary joints:
 *
 *   chainModel('q(x_{0:T}) = q(x_0) prod_{t=1}^{T} q(x_t|x_{t-1})', 'p(x_{0:T}) = p(x_T) prod_{t=1}^{T} p(x_{t-1}|x_t)')
 *   chainModel('q(z|x)', 'p(x,z) = p(z) p(x|z)')
 *
 * A variable that is only ever conditioned on has an arbitrary density of its own. `functions` names arbitrary real-valued
 * functions that statements may use, `positive` those that are positive everywhere. `T >= 2` says that only such chains
 * are spoken of.
 * @throws when a factorisation is not one: a variable twice on the left, or a cycle; when a name is declared twice or means
 *   something already: `pi`, `log`, `exp`
 */
export function chainModel(...declarations: readonly (string | FunctionNames)[]): ChainModel {
  const densities = new Map<string, JointDensity>();
  const anySign = new Set<string>();
  const positive = new Set<string>();
  let least = 1;
  for (const declaration of declarations) {
    if (typeof declaration !== 'string') {
      const stranger = Object.keys(declaration).find((key) => key !== 'functions' && key !== 'positive');
      if (stranger !== undefined)
        throw new Error(`a model declares no "${stranger}": expected functions or positive`);
      requireArguments('chainModel', declaration, { functions: texts, positive: texts });
      declaration.functions?.forEach((name) => anySign.add(name));
      declaration.positive?.forEach((name) => positive.add(name));
      continue;
    }
    const length = leastLength(declaration);
    if (length !== undefined) {
      least = Math.max(least, length);
      continue;
    }
    const joint = readJoint(declaration);
    if (densities.has(joint.name)) throw new Error(`${joint.name} is declared twice`);
    densities.set(joint.name, joint);
  }
  const joints = [...densities.values()];
  const twice = [...anySign].find((name) => positive.has(name));
  if (twice !== undefined)
    throw new Error(`${twice} is declared in functions and in positive: expected it in one of them`);
  const functions = new Set([...anySign, ...positive]);
  functions.forEach((name) => requireFunctionName(name, joints));
  const long = joints.some((joint) => joint.long);
  if (least > 1 && !long) throw new Error(`T >= ${least}: no density of the model is a chain x_0 … x_T`);
  const shortest = LENGTHS.map((more) => least + more).find((length) => fits(joints, length));
  if (shortest === undefined) {
    joints.forEach((joint) => tablesOf(joint, least + LENGTHS.at(-1)!));
    throw new Error('no chain of length up to 6 fits the declared factorisations');
  }
  return { densities, functions, positive, long, shortest };
}

/** @throws when statements could not read the name as that of a function. */
function requireFunctionName(name: string, joints: readonly JointDensity[]): void {
  if (leadingName(name) !== name)
    throw new Error(`"${name}" is no name of a function: expected one such as f or f_theta`);
  if (joints.some((joint) => joint.name === name))
    throw new Error(`${name} is declared as a density and as a function`);
  const families = joints
    .flatMap(({ factors }) => factors.flatMap(({ density }) => [...density.left, ...density.given]))
    .map(({ family }) => family);
  // x_1 and x_T are variables too; x_theta is not.
  if (families.includes(name.replace(/_(\d+|T|t)$/, '')))
    throw new Error(`${name} is a variable of a density and is declared as a function`);
}

const LENGTHS = [0, 1, 2, 3, 4, 5];

/** The variables of each density at a length. */
export const variablesOf = (
  { densities }: Pick<ChainModel, 'densities'>,
  length: number,
): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [...densities].map(([name, joint]) => [
      name,
      new Set(tablesOf(joint, length).flatMap(({ child }) => child)),
    ]),
  );

function readJoint(text: string): JointDensity {
  leadingName(text);
  const hasEquals = /[)\s]=/.test(text.replace(/\{[^}]*\}/g, '{}'));
  const body = hasEquals
    ? parseStatement(text)
    : { lhs: parseChain(text), relation: '=', rhs: parseChain(text) };
  const { lhs, relation, rhs } = body;
  if (lhs.kind !== 'density' || relation !== '=')
    throw new Error(`${text}: expected a density = a product of conditional densities`);
  const factors = factorsOf(rhs, text);
  const { name } = lhs.density;
  const stranger = factors.find(({ density }) => density.name !== name);
  if (stranger) throw new Error(`${text}: ${densityText(stranger.density)} is not a factor of ${name}`);
  const long = JSON.stringify([lhs, factors]).includes('"T"');
  const joint = { name, factors, long, text };
  declaredVariables(lhs.density, joint);
  return joint;
}

function factorsOf(expr: ChainExpr, text: string): JointFactor[] {
  if (expr.kind === 'density') return [{ density: expr.density }];
  if (expr.kind === 'mul') return expr.args.flatMap((factor) => factorsOf(factor, text));
  if (expr.kind === 'prod') {
    const over = { index: expr.index, from: expr.from, to: expr.to };
    return factorsOf(expr.body, text).map((factor) => {
      if (factor.over) throw new Error(`${text}: a product within a product`);
      return { ...factor, over };
    });
  }
  throw new Error(`${text}: expected a product of densities, found a ${expr.kind}`);
}

/** The left-hand side must name the variables that the factors make. */
function declaredVariables(lhs: Density, joint: JointDensity): void {
  for (const length of joint.long ? [4, 6] : [6]) {
    const children = new Set(declaredTables(joint, length).flatMap(({ child }) => child));
    const named = namesOf(lhs.left, length);
    const missing = named.filter((name) => !children.has(name));
    if (missing.length > 0) throw new Error(`${joint.text}: no factor makes ${missing.join(', ')}`);
    const extra = [...children].filter((name) => !named.includes(name));
    if (extra.length > 0) throw new Error(`${joint.text}: the factors also make ${extra.join(', ')}`);
    tablesOf(joint, length);
  }
}

const fits = (joints: readonly JointDensity[], length: number): boolean => {
  try {
    joints.forEach((joint) => tablesOf(joint, length));
    return true;
  } catch (error) {
    if (error instanceof Meaningless) return false;
    throw error;
  }
};

/**
 * No meaning at this length: an index outside the chain, a run that ends before it begins, a density of a variable that it
 * lacks, that it names twice or that it is given.
 */
export class Meaningless extends Error {
  override readonly name = 'Meaningless';
}

/** The names of places at a length: x_{t-1} must have had its t put in. @throws Meaningless below 0 or above T. */
export function namesOf(list: readonly Place[], length: number): string[] {
  return list.flatMap((place): string[] => {
    if (!isSpan(place)) return [pointName(place, length)];
    const [from, to] = [indexValue(place.from, length), indexValue(place.to, length)];
    if (!(to >= from - 1))
      throw new Meaningless(`${placeText(place)} is no run of variables at T = ${length}`);
    if (to >= from)
      [from, to].forEach((plus) => pointName({ family: place.family, index: { base: '', plus } }, length));
    return Array.from({ length: to - from + 1 }, (_, i) =>
      pointName({ family: place.family, index: { base: '', plus: from + i } }, length),
    );
  });
}

export function pointName(point: Point, length: number): string {
  if (point.index === undefined) return point.family;
  const i = indexValue(point.index, length);
  if (!(i >= 0 && i <= length))
    throw new Meaningless(
      `${placeText({ ...point, index: { base: '', plus: i } })} is not among ${point.family}_0 … ${point.family}_T at T = ${length}`,
    );
  return `${point.family}_${i}`;
}

export function indexValue(index: { base: string; plus: number }, length: number): number {
  if (index.base === '') return index.plus;
  if (index.base === 'T') return length + index.plus;
  throw new StepError(
    `the index ${index.base} is bound by no sum; give its range: { for: '${index.base} = 2..T' }`,
  );
}

function declaredTables({ factors }: JointDensity, length: number): Table[] {
  return factors.flatMap(({ density, over }) => {
    if (over === undefined) return [tableOf(density, length)];
    const [from, to] = [indexValue(over.from, length), indexValue(over.to, length)];
    const count = Math.max(0, to - from + 1);
    if (count > length + 1)
      throw new Meaningless(`${densityText(density)} for ${count} values of ${over.index}`);
    return Array.from({ length: count }, (_, i) =>
      tableOf(densityWith(density, over.index, { base: '', plus: from + i }), length),
    );
  });
}

/** The tables that make up a joint on a chain of this length, parents before children. */
export function tablesOf(joint: JointDensity, length: number): Table[] {
  const tables = declaredTables(joint, length);
  const made = tables.flatMap(({ child }) => child);
  const twice = made.find((name, i) => made.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`${joint.text}: ${twice} is made by two factors`);
  const free = [...new Set(tables.flatMap(({ parents }) => parents))].filter((name) => !made.includes(name));
  const roots: Table[] = free.length === 0 ? [] : [root(joint.name, free)];
  return ordered([...roots, ...tables], joint.text);
}

const root = (name: string, free: string[]): Table => ({
  child: free,
  parents: [],
  label: { name, left: free.map(pointOf), given: [] },
});

export function pointOf(name: string): Point {
  const [family, index] = name.split('_');
  return index === undefined ? { family } : { family, index: shift({ base: '', plus: 0 }, Number(index)) };
}

function tableOf(density: Density, length: number): Table {
  const child = namesOf(density.left, length);
  const parents = namesOf(density.given, length);
  const both = child.find((name) => parents.includes(name));
  if (both !== undefined)
    throw new Meaningless(`${densityText(density)} has ${both} on both sides of the bar`);
  return {
    child,
    parents,
    label: { name: density.name, left: child.map(pointOf), given: parents.map(pointOf) },
  };
}

function ordered(tables: readonly Table[], text: string): Table[] {
  const done: Table[] = [];
  const made = new Set<string>();
  for (let rest = [...tables]; rest.length > 0;) {
    const ready = rest.filter(({ parents }) => parents.every((name) => made.has(name)));
    if (ready.length === 0) throw new Error(`${text}: the factors condition on each other in a circle`);
    ready.forEach((table) => table.child.forEach((name) => made.add(name)));
    done.push(...ready);
    rest = rest.filter((table) => !ready.includes(table));
  }
  return done;
}
