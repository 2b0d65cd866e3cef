/**
 * Claims about vectors in every dimension. Proved with free Gram symbols, which range over more than Gram matrices do, so
 * for every d; refuted only with actual vectors, looked for in 1 … n dimensions (n vectors span no more) and, of claims that read d, in more.
 */
import { claimProof } from './claim-proof.ts';
import { oneOf, requireArguments, text, textOrAmount, textRecord, texts, type KindsOf } from './arguments.ts';
import { NOTES } from './claim.ts';
import { decide } from './decide.ts';
import { ClaimError } from './claim.ts';
import { decision } from './decision.ts';
import { constantText } from './counterexample.ts';
import { contains, parseDomain } from './domain.ts';
import { number, substitute, symbolsOf, toText, type Expr } from './expr.ts';
import { parse } from './parse.ts';
import { rational } from './rational.ts';
import { gramLabel, gramName, inComponents, Reader } from './vectors.ts';
import { shownAs } from './shown.ts';
import {
  DECIDE_OPTIONS,
  type Claim,
  type Counterexample,
  type DecideOptions,
  type Verdict,
} from './verdict.ts';

export interface VectorClaim {
  id?: string;
  /** Scalars with `norm2(u)` and `dot(u, v)`, or both sides vectors. `d` is the dimension. */
  lhs: string;
  rhs: string;
  /** Intervals of the scalars. `d` needs none. */
  symbols: Record<string, string>;
  vectors: readonly string[];
  /** Definitions of scalars and of vectors, and inequalities between scalars. */
  given?: readonly string[];
}

/** `dimensions` says what the verdict speaks of: `every d`, the d that the claim allows, or that of the counterexample. */
export type VectorVerdict = Verdict & { dimensions: string };

const TIME_LIMIT_MS = 5000;
const MAX_DIMENSIONS = 3;
const LARGER = [2, 3, 4, 5, 6, 7, 10]; // dimensions tried of a claim that reads d
const probe = 'probe__';

const CLAIM: KindsOf<VectorClaim & { relation?: '=' }> = {
  id: textOrAmount,
  lhs: text,
  rhs: text,
  symbols: textRecord,
  vectors: texts,
  given: texts,
  relation: oneOf('='),
};
const REQUIRED = ['lhs', 'rhs', 'symbols', 'vectors'];

/** @throws ClaimError, ParseError when the claim is malformed: an unknown vector, a vector where a scalar must stand, another relation than `=`. */
export function decideVectors(claim: VectorClaim, options: DecideOptions = {}): VectorVerdict {
  requireArguments('claim about vectors', claim, { ...CLAIM, ...NOTES }, { required: REQUIRED });
  requireArguments('options of decideVectors', options, DECIDE_OPTIONS);
  const { timeLimitMs = TIME_LIMIT_MS, seed } = options;
  const start = performance.now();
  const found = decision(timeLimitMs, (clock) => {
    const posed = read(claim);
    const left = Math.max(0, clock.left());
    // Actual vectors may tell what free Gram symbols take too long for.
    const gram = decide(posed.claimIn('free'), { seed, timeLimitMs: left / 2, diagnose: false });
    return settle(gram, posed, { seed, timeLimitMs: left });
  });
  const ms = Math.round((performance.now() - start) * 100) / 100;
  const verdict = { dimensions: 'none', ...found, ms };
  const scope = verdict.dimensions === 'none' ? undefined : `in ${verdict.dimensions}`;
  return shownAs(verdict, () => claimProof(claim, verdict, scope));
}

type Posed = ReturnType<typeof read>;

function settle(gram: Verdict, posed: Posed, options: DecideOptions): VectorVerdict {
  const { names, claimIn, dimensionsAllowed, covers, scope } = posed;
  if (gram.verdict === 'error') return { ...gram, dimensions: 'none' };
  if (gram.verdict === 'vacuous') return { ...gram, dimensions: scope };
  const dimensions = dimensionsAllowed();
  if (dimensions.length === 0) return undecided(gram, 'no dimension up to 3 is allowed by the domain of d');
  // With n vectors every Gram matrix is one in n dimensions.
  const tried = dimensions.slice(0, gram.verdict === 'proved' ? 2 : dimensions.length);
  let realized = false;
  const instances: Verdict[] = [];
  for (const k of tried) {
    const instance = decide(claimIn(k), { ...options, diagnose: false });
    instances.push(instance);
    realized ||= instance.verdict === 'proved' || instance.verdict === 'vacuous';
    if (instance.verdict !== 'refuted') continue;
    if (gram.verdict === 'proved') {
      const reason = `proved with free Gram symbols, yet refuted by vectors in ${k} dimensions`;
      return { ...instance, verdict: 'undecided', reason, dimensions: 'none' };
    }
    const counterexample = instance.counterexample && posed.shown(instance.counterexample, k);
    return {
      ...instance,
      method: 'actual vectors, with error balls',
      counterexample,
      dimensions: `d = ${k}`,
    };
  }
  if (gram.verdict !== 'proved' && covers(tried) && instances.every(({ verdict }) => holdsIn(verdict))) {
    const proved = instances.filter(({ verdict }) => verdict === 'proved');
    if (proved.length > 0)
      return {
        verdict: 'proved',
        method: `components in ${tried.join(', ')} dimensions: ${proved[0].method}`,
        ms: 0,
        errorBound: Math.max(...proved.map(({ errorBound = -Infinity }) => errorBound)),
        conditions: [...new Set(proved.flatMap((instance) => instance.conditions.map(axisLabel)))],
        dimensions: scope,
      };
  }
  const triangular =
    gram.verdict !== 'proved' || gram.conditions.length > 0
      ? decide(claimIn('triangular'), { ...options, diagnose: false })
      : null;
  // Components know what every Gram matrix satisfies: a condition such as ‖x − y‖² ≥ 0 falls away.
  if (triangular?.verdict === 'proved' && (gram.verdict !== 'proved' || triangular.conditions.length === 0)) {
    const method = `components on as many axes as vectors: ${triangular.method}`;
    return { ...triangular, method, dimensions: scope };
  }
  // Free Gram symbols range over more than vectors can realize: a set that only they reach is empty.
  if (gram.verdict === 'proved' && !realized && triangular?.verdict !== 'proved')
    return undecided(gram, 'no vectors in the dimensions tried are shown to satisfy what is given');
  if (gram.verdict === 'proved') {
    const method = `Gram symbols: ${gram.method}`;
    return {
      ...gram,
      method,
      conditions: gram.conditions.map((c) => gramLabel(c, names)),
      dimensions: scope,
    };
  }
  const seen = gram.verdict === 'refuted' ? 'not an identity of free Gram symbols' : gram.reason;
  const reason = `${seen}; no vectors in ${tried.join(', ') || 'any allowed'} dimensions refute it`;
  return undecided(gram, reason);
}

const holdsIn = (verdict: Verdict['verdict']): boolean => verdict === 'proved' || verdict === 'vacuous';

/** x__1 as x[1], the first component of x. */
const axisLabel = (text: string): string => text.replaceAll(/\b(\w+)__(\d+)\b/g, '$1[$2]');

function undecided({ ms }: Verdict, reason: string): VectorVerdict {
  return { verdict: 'undecided', method: 'Gram symbols', conditions: [], ms, reason, dimensions: 'none' };
}

/** Names that instances of a claim make for themselves. */
const reserved = /^(norm2_|dot_|inner__|probe__)|__\d+$/;

function read(claim: VectorClaim) {
  const { vectors, given = [] } = claim;
  const taken = [...Object.keys(claim.symbols), ...vectors].find((name) => reserved.test(name));
  if (taken !== undefined)
    throw new ClaimError(`"${taken}" is a name that the checker uses itself: choose another`);
  const definitions: Record<string, string> = {};
  const scalars: string[] = [];
  for (const relation of given) {
    const match = /^\s*(\w+)\s*=([^=<>]*)$/.exec(relation);
    if (match && vectors.includes(match[1])) definitions[match[1]] = match[2];
    else scalars.push(relation);
  }
  const free = vectors.filter((name) => !Object.hasOwn(definitions, name));
  const plain = new Reader(free, definitions);
  // u = v for vectors says ⟨u, w⟩ = ⟨v, w⟩ for every w.
  const both = [claim.lhs, claim.rhs].map((side) => plain.isVector(side));
  const ofVectors = both[0] || both[1];
  if (![claim.lhs, claim.rhs].every((text, i) => both[i] === ofVectors || plain.isZero(text)))
    throw new ClaimError(`"${claim.lhs} = ${claim.rhs}": one side is a vector, the other is not`);
  const names = ofVectors ? [...free, probe] : free;
  const reader = ofVectors ? new Reader(names, definitions) : plain;
  const side = (written: string): Expr => reader.scalar(ofVectors ? `dot(${written}, ${probe})` : written);
  const [lhs, rhs] = [side(claim.lhs), side(claim.rhs)];
  const relations = scalars.map((written) => {
    const match = /^([^=<>]+)([=<>])([^=<>]+)$/.exec(written);
    if (!match) throw new ClaimError(`given "${written}": expected "name = expression" or "a < b"`);
    return { left: reader.scalar(match[1]), sign: match[2], right: reader.scalar(match[3]) };
  });
  const all = [lhs, rhs, ...relations.flatMap(({ left, right }) => [left, right])];
  const reads = new Set(all.flatMap(symbolsOf));
  const known: Record<string, string> = {
    ...(reads.has('d') && { d: '[1,inf)' }),
    ...claim.symbols,
  };

  /**
   * With free Gram symbols; in k dimensions; or triangular: turned so that vector i lies on the first i axes, which
   * changes no norm and no inner product, in any number of dimensions.
   */
  const claimIn = (k: number | 'free' | 'triangular'): Claim => {
    const instance = (expr: Expr): Expr => {
      if (k === 'free') return expr;
      if (k === 'triangular') return inComponents(expr, names, names.length, true);
      return substitute(inComponents(expr, names, k, k > names.length), { d: number(k) });
    };
    const { d, ...others } = known;
    const symbols: Record<string, string> = {
      ...others,
      ...(typeof k !== 'number' && d !== undefined && { d }),
    };
    for (const [i, a] of names.entries()) {
      if (k === 'free')
        for (const b of names.slice(i)) symbols[gramName(a, b)] = a === b ? '[0,inf)' : '(-inf,inf)';
      const axes = k === 'free' ? 0 : k === 'triangular' || k > names.length ? i + 1 : k;
      for (let axis = 1; axis <= axes; axis++) symbols[`${a}__${axis}`] = '(-inf,inf)';
    }
    const texts = relations.map(
      ({ left, sign, right }) => `${toText(instance(left))} ${sign} ${toText(instance(right))}`,
    );
    const id = claim.id === undefined ? {} : { id: claim.id };
    return { ...id, lhs: instance(lhs), rhs: instance(rhs), symbols, given: texts };
  };
  const dimensionsAllowed = (): number[] => {
    const domain = known.d === undefined ? null : parseDomain(known.d);
    const most = Math.min(Math.max(names.length, 1), MAX_DIMENSIONS);
    // Of d itself a claim may fail where there are more dimensions than vectors.
    const more = reads.has('d') ? LARGER.filter((k) => k > most) : [];
    return [...Array.from({ length: most }, (_, i) => i + 1), ...more].filter(
      (k) => !domain || contains(domain, rational(BigInt(k))),
    );
  };
  /** Are these all the dimensions that the domain of d allows? */
  const covers = (dimensions: readonly number[]): boolean => {
    const domain = known.d === undefined ? null : parseDomain(known.d);
    if (!domain?.hi) return false;
    const all = Array.from({ length: MAX_DIMENSIONS + 1 }, (_, i) => i + 1);
    const last = Math.floor(Number(domain.hi.n) / Number(domain.hi.d));
    const allowed = all.filter((k) => contains(domain, rational(BigInt(k))));
    return last <= MAX_DIMENSIONS && allowed.every((k) => dimensions.includes(k));
  };
  const confined = relations.some(({ left, right }) => [left, right].some((e) => symbolsOf(e).includes('d')));
  const domain = claim.symbols.d === undefined ? '' : `d in ${claim.symbols.d}`;
  const scope = [domain, confined ? 'd as given' : ''].filter(Boolean).join(', ') || 'every d';
  /** With components gathered into vectors; sides that are vectors are shown as such, not along the one that tells them apart. */
  const shown = (found: Counterexample, k: number): Counterexample => {
    const point = vectorsOf(found.point, free, k);
    return both[0]
      ? { point, lhs: sideIn(k, lhs, found.point), rhs: sideIn(k, rhs, found.point) }
      : { ...found, point };
  };
  const sideIn = (k: number, side: Expr, point: Record<string, string>): string => {
    const axes = Array.from({ length: k }, (_, i) => i + 1);
    const components = substitute(inComponents(side, names, k), { d: number(k) });
    const values = axes.map((axis) => {
      const along = axes.map((other): [string, Expr] => [
        `${probe}__${other}`,
        number(other === axis ? 1 : 0),
      ]);
      const at = symbolsOf(components).map((name): [string, Expr] => [name, parse(point[name] ?? '0')]);
      return constantText(substitute(components, Object.fromEntries([...at, ...along])));
    });
    return `(${values.join(', ')})`;
  };
  return { names, claimIn, dimensionsAllowed, covers, scope, shown };
}

/** Components gathered into vectors: x = (1, 2). */
function vectorsOf(
  point: Record<string, string>,
  names: readonly string[],
  k: number,
): Record<string, string> {
  const scalars = Object.entries(point).filter(([name]) => !reserved.test(name));
  const read = names.filter((v) => Object.keys(point).some((name) => name.startsWith(`${v}__`)));
  const gathered = read.map((v): [string, string] => {
    // Beyond the axes that the vectors span their components are 0.
    const values = Array.from({ length: k }, (_, axis) => point[`${v}__${axis + 1}`] ?? '0');
    return [v, `(${values.join(', ')})`];
  });
  return { ...Object.fromEntries(scalars), ...Object.fromEntries(gathered), d: `${k}` };
}
