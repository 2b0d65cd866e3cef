import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { displaySymbol, lineChart } from '../../src/display/index.ts';
import { repository } from './client.ts';
import { Desk, type Notebook, shownBy } from './notebooks.ts';

const timeout = 60_000;
let desk: Desk;
beforeAll(() => {
  desk = new Desk();
  desk.notebook('plain.ipynb', [
    { cell_type: 'markdown', source: '# A page' },
    { cell_type: 'code', source: 'interface Point { x: number }\nconst p: Point = { x: 6 }; // a comment' },
    { cell_type: 'code', source: 'console.log(`six: ${p.x}`); p.x * 7' },
  ]);
  const { ok, output } = desk.run(
    '-m',
    'nbconvert',
    '--to',
    'notebook',
    '--execute',
    'plain.ipynb',
    '--output',
    'run.ipynb',
  );
  if (!ok) throw new Error(output);
}, 60_000);
afterAll(() => desk.clear());

test('nbclient starts the kernel by its name, and what it saves says what the language is', () => {
  const { cells, metadata } = desk.read('run.ipynb');
  expect(shownBy(cells[2]!)).toBe('six: 6\n42');
  expect(metadata.language_info).toMatchObject({
    name: 'typescript', // VS Code's and nbgrader's name of the language
    mimetype: 'application/typescript', // JupyterLab looks for its editor's mode by this
    codemirror_mode: 'typescript', // and by this
    pygments_lexer: 'typescript', // nbconvert and Sphinx colour code with it
    file_extension: '.ts', // nbconvert's script
  });
});

test('an exported page has its code coloured as TypeScript', { timeout }, () => {
  const { ok, output } = desk.run('-m', 'nbconvert', '--to', 'html', 'run.ipynb', '--output', 'page');
  expect(ok, output).toBe(true);
  const page = readFileSync(desk.path('page.html'), 'utf8');
  const code = /<div class="highlight hl-typescript">\s*<pre>([^]*?)<\/pre>/.exec(page)![1]!;
  for (const [kind, word] of [
    ['kd', 'interface'],
    ['kd', 'const'],
    ['kt', 'number'],
    ['c1', '// a comment'],
  ])
    expect(code).toMatch(new RegExp(`<span class="${kind}">${word}</span>`));
  expect(code).not.toContain('class="err"');
});

test(
  'an exported figure has its size and says what it shows, and LaTeX needs no other program for it',
  { timeout },
  async () => {
    const figure = lineChart([{ step: 1, loss: 2 }, { step: 2, loss: 1 }], { title: 'descent' }); // prettier-ignore
    const data = await figure[displaySymbol]();
    const metadata: unknown = Reflect.get(data, Symbol.for('Jupyter.metadata'));
    const output = { output_type: 'execute_result', execution_count: 1, data, metadata };
    const cell = {
      cell_type: 'code',
      id: 'a',
      metadata: {},
      execution_count: 1,
      source: '1',
      outputs: [output],
    };
    const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(desk.path('figure.ipynb'), JSON.stringify(notebook));
    // The template that nbconvert has by default writes no description of a PNG, whatever is given.
    for (const format of [['html', '--template', 'classic'], ['latex']]) {
      const { ok, output } = desk.run('-m', 'nbconvert', '--to', ...format, 'figure.ipynb');
      expect(ok, output).toBe(true);
    }
    const [image] = /<img[^>]*?alt="[^"]*"[^>]*>/.exec(readFileSync(desk.path('figure.html'), 'utf8'))!;
    expect(image).toContain('alt="descent: loss 2 → 1"');
    expect(image).toMatch(/width="?\d{3}\D/);
    expect(readFileSync(desk.path('figure.tex'), 'utf8')).toMatch(/adjustimage.*\.png/);
  },
);

test('an exported script is TypeScript that runs by itself', { timeout }, () => {
  expect(desk.run('-m', 'nbconvert', '--to', 'script', 'run.ipynb', '--output', 'page').ok).toBe(true);
  const run = spawnSync(process.execPath, ['--import', 'tsx', desk.path('page.ts')], {
    cwd: repository,
    encoding: 'utf8',
  });
  expect(run).toMatchObject({ status: 0, stdout: 'six: 6\n' });
});

test('every committed notebook tells its language, so that it is coloured before it is run', () => {
  const folder = join(repository, 'notebooks');
  const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const { metadata } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Notebook;
    expect(metadata.kernelspec.language, name).toBe('typescript');
    expect(metadata.language_info, name).toMatchObject({ name: 'typescript', pygments_lexer: 'typescript' });
  }
});
