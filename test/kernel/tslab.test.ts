import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KernelClient, repository } from './client.ts';

const manifest = createRequire(import.meta.url).resolve('tslab/package.json');
const installed = join(dirname(manifest), 'dist/public.d.ts');
const ours = join(repository, 'src/kernel/tslab.ts');

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start();
}, 60_000);
afterAll(() => kernel.stop());

/** Exported values and the members of `Display`, as a module declares them. */
function interfaceOf(file: string): { values: string[]; display: string[] } {
  const program = ts.createProgram([file], { noLib: true, noResolve: true, types: [] });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const exports = checker.getExportsOfModule(module);
  const display = exports.find(({ name }) => name === 'Display')!;
  return {
    values: exports
      .filter(({ flags }) => flags & ts.SymbolFlags.Value)
      .map(({ name }) => name)
      .sort(),
    display: checker
      .getDeclaredTypeOfSymbol(display)
      .getProperties()
      .map(({ name }) => name)
      .sort(),
  };
}

test("the names are those of the installed tslab's own declarations", () => {
  const [theirs, mine] = [interfaceOf(installed), interfaceOf(ours)];
  expect(theirs.display).toContain('html');
  expect(mine).toEqual(theirs);
});

test('every display function shows its type of content', async () => {
  const { outputs, reply } = await kernel.execute(`
    import * as tslab from 'tslab';
    const { display } = tslab;
    display.javascript('1'); display.html('<b>'); display.markdown('*'); display.latex('$x$'); display.svg('<svg/>'); display.text('t');
    const bytes = new Uint8Array([1, 2]);
    display.png(bytes); display.jpeg(bytes); display.gif(bytes); display.pdf(bytes); display.raw('application/x-own', 'own');
  `);
  expect(reply.status).toBe('ok');
  expect(outputs.map(({ content }) => content.data)).toEqual([
    { 'text/javascript': '1' },
    { 'text/html': '<b>' },
    { 'text/markdown': '*' },
    { 'text/latex': '$x$' },
    { 'image/svg+xml': '<svg/>' },
    { 'text/plain': 't' },
    { 'image/png': 'AQI=' },
    { 'image/jpeg': 'AQI=' },
    { 'image/gif': 'AQI=' },
    { 'application/pdf': 'AQI=' },
    { 'application/x-own': 'own' },
  ]);
});

test('newDisplay writes over its one output', async () => {
  const { outputs } = await kernel.execute(
    "import { newDisplay } from 'tslab'; const d = newDisplay(); d.text('first'); d.text('second')",
  );
  expect(outputs.map(({ type }) => type)).toEqual(['display_data', 'update_display_data']);
  expect(outputs[0]!.content.transient).toEqual(outputs[1]!.content.transient);
});

test('versions tells those of TypeScript and Node', async () => {
  const { result } = await kernel.execute(
    "import { versions } from 'tslab'; versions.typescript + ' ' + versions.node",
  );
  expect(result).toBe(`'${ts.version} ${process.version}'`);
});
