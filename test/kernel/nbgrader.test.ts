import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from './client.ts';
import { type Cell, Desk, joined } from './notebooks.ts';

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(() => desk.clear());

/** The configuration that docs/kernel.md tells an instructor to write. */
function documentedConfig(): string {
  const page = readFileSync(join(repository, 'docs/kernel.md'), 'utf8');
  return /```python\n([^]*?)```/.exec(page)![1]!;
}

const graded = (id: string, more: object): object => ({
  nbgrader: { schema_version: 3, grade_id: id, grade: false, solution: false, locked: false, ...more },
});
const points = (id: string, most: number): object => graded(id, { grade: true, locked: true, points: most });

const course: Cell[] = [
  {
    cell_type: 'code',
    source:
      'function variance(xs: number[]): number {\n  // BEGIN SOLUTION\n  const mean = xs.reduce((a, b) => a + b, 0) / xs.length;\n  return xs.reduce((a, x) => a + (x - mean) ** 2, 0) / xs.length;\n  // END SOLUTION\n}',
    metadata: graded('answer', { solution: true }),
  },
  {
    cell_type: 'code',
    source: "import assert from 'node:assert/strict';\nassert.equal(variance([1, 1, 1]), 0);",
    metadata: points('constant', 2),
  },
  {
    cell_type: 'code',
    source: "if (variance([0, 2]) !== 1) throw new Error('the variance of 0 and 2 is 1');",
    metadata: points('spread', 3),
  },
  {
    cell_type: 'code',
    source:
      '[variance([0, 2]) === 1, variance([5]) === 0, variance([1, 2, 3, 4]) === 1.25, variance([-1, 1]) === 1].filter(Boolean).length',
    metadata: points('parts', 4),
  },
];

const body = {
  // Right throughout; wrong but for constants; not even of the right type.
  passing:
    '  const mean = xs.reduce((a, b) => a + b) / xs.length;\n  return xs.map((x) => (x - mean) ** 2).reduce((a, b) => a + b) / xs.length;',
  failing: '  return Math.max(...xs) - Math.min(...xs);',
  mistyped: "  return 'much';",
};

test(
  'nbgrader makes an assignment and grades a passing, a failing and a mistyped answer, with partial credit',
  { timeout: 240_000 },
  () => {
    desk.write('nbgrader_config.py', `${documentedConfig()}c.CourseDirectory.course_id = "typescript"\n`);
    desk.notebook('source/week1/exercise.ipynb', course);
    const made = desk.run('-m', 'nbgrader', 'generate_assignment', 'week1');
    expect(made.ok, made.output).toBe(true);

    const released = desk.read('release/week1/exercise.ipynb');
    expect(joined(released.cells[0]!.source)).toBe(
      "function variance(xs: number[]): number {\n  // YOUR CODE HERE\n  throw new Error('not solved yet');\n}",
    );
    for (const [student, answer] of Object.entries(body)) {
      const [first, ...rest] = released.cells;
      const source = `function variance(xs: number[]): number {\n${answer}\n}`;
      desk.write(
        `submitted/${student}/week1/exercise.ipynb`,
        JSON.stringify({ ...released, cells: [{ ...first, source }, ...rest] }),
      );
    }
    desk.write(`submitted/absent/week1/exercise.ipynb`, JSON.stringify(released));

    const autograded = desk.run('-m', 'nbgrader', 'autograde', 'week1', '--create');
    expect(autograded.ok, autograded.output).toBe(true);
    const { output } = desk.run(
      '-c',
      `
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    marks = lambda s: {grade.cell.name: grade.score for grade in s.notebooks[0].grades}
    print(json.dumps({s.student.id: marks(s) for s in book.assignment_submissions("week1")}))`,
    );
    expect(JSON.parse(output.trim().split('\n').at(-1)!)).toEqual({
      passing: { constant: 2, spread: 3, parts: 4 },
      failing: { constant: 2, spread: 0, parts: 1 },
      mistyped: { constant: 0, spread: 0, parts: 0 },
      absent: { constant: 0, spread: 0, parts: 0 },
    });
  },
);
