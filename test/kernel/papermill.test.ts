import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Desk, shownBy } from './notebooks.ts';

const papermill = fileURLToPath(new URL('../../src/kernel/python/papermill_typescript.py', import.meta.url));
const timeout = 60_000;
let desk: Desk;
beforeAll(() => {
  desk = new Desk();
  desk.notebook('report.ipynb', [
    {
      cell_type: 'code',
      source:
        "let steps: number = 10; // how many\nlet title = 'plain'; // its name\nlet options = { deep: [1] };\nlet nothing: string | null = 'something';",
      metadata: { tags: ['parameters'] },
    },
    { cell_type: 'code', source: 'JSON.stringify({ steps: steps * 2, title, options, nothing })' },
    { cell_type: 'code', source: "title === 'plain'" },
  ]);
});
afterAll(() => desk.clear());

test('papermill writes parameters in TypeScript, and the notebook computes with them', { timeout }, () => {
  desk.write(
    'parameters.yaml',
    'title: "a \\"quoted\\" \\\\ line\\u2028"\noptions: { deep: [2, 3], "a key": true }\nnothing: null\n',
  );
  const { ok, output } = desk.run(
    ...[papermill, 'report.ipynb', 'out.ipynb', '-f', 'parameters.yaml', '-p', 'steps', '21'],
  );
  expect(ok, output).toBe(true);
  const { cells } = desk.read('out.ipynb');
  expect(cells[1]!.metadata.tags).toEqual(['injected-parameters']);
  const given = JSON.parse(shownBy(cells[2]!).replace(/^'|'$/g, '').replaceAll('\\\\', '\\')) as object;
  expect(given).toEqual({
    ...{ steps: 42, title: 'a "quoted" \\ line\u2028', nothing: null },
    ...{ options: { deep: [2, 3], 'a key': true } },
  });
  expect(shownBy(cells[3]!)).toBe('false');
});

test(
  'papermill fails where a parameter does not fit, with the type error in what it writes',
  { timeout },
  () => {
    const { ok, output } = desk.run(papermill, 'report.ipynb', 'wrong.ipynb', '-p', 'steps', 'many');
    expect(ok).toBe(false);
    expect(output).toContain('TS2362');
    expect(desk.read('wrong.ipynb').cells.some(({ outputs }) => outputs?.[0]?.output_type === 'error')).toBe(
      true,
    );
  },
);

test(
  'papermill lists the parameters of a notebook with their types, values and comments',
  { timeout },
  () => {
    const { output } = desk.run(papermill, '--help-notebook', 'report.ipynb');
    expect(output).toMatch(/steps: number \(default 10\)\s+how many/);
    expect(output).toMatch(/title: Unknown type \(default 'plain'\)\s+its name/);
  },
);

test('numbers that TypeScript writes otherwise, and names that it does not have', { timeout }, () => {
  const code = `
import sys; sys.path.insert(0, sys.argv[1])
from papermill_typescript import TypeScriptTranslator as T
print(T.codify({"a": float("nan"), "b": -float("inf"), "c": 2**60, "d": {"__proto__": 1}, "e": True, "f": []}))
try: T.assign("not-a-name", "1")
except ValueError as error: print(error)`;
  const { output } = desk.run('-c', code, dirname(papermill));
  expect(output).toContain('let a = NaN;\nlet b = -Infinity;\nlet c = 1152921504606846976n;');
  expect(output).toContain('let d = {["__proto__"]: 1};\nlet e = true;\nlet f: any[] = [];');
  expect(output).toContain("the parameter 'not-a-name' cannot be a name in TypeScript");
});
