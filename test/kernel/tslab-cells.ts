/**
 * What tslab's example notebooks (yunabe/tslab-examples) and the cells of its own tests (yunabe/tslab, src/*.spec.ts) do,
 * written anew: the same feature in each cell, in the same order, and what this kernel must answer.
 */
export interface TslabCell {
  code: string;
  /** The result's text. */
  result?: string;
  /** What is printed. */
  prints?: string;
  /** Part of the error that must end it. */
  error?: string;
  /** Kinds of what is displayed. */
  displays?: string[];
}

/** A difference is one that is meant; docs/kernel.md gives its reason. */
export interface TslabNotebook {
  title: string;
  /** Whether no other runs in the same kernel. */
  alone?: true;
  differs?: string;
  cells: TslabCell[];
}

export const notebooks: TslabNotebook[] = [
  {
    title: 'getting started: functions, blocks, classes that implement interfaces',
    cells: [
      {
        code: "import * as tslab from 'tslab';\nconsole.log('hi,', typeof tslab.versions.tslab)",
        prints: 'hi, string\n',
      },
      {
        code: '/** The nth triangle number, the slow way. */\nfunction triangle(n: number): number {\n  return n < 1 ? 0 : n + triangle(n - 1);\n}',
      },
      {
        code: '{\n  const n = 100;\n  console.log(`triangle(${n}) = ${triangle(n)}`);\n}',
        prints: 'triangle(100) = 5050\n',
      },
      {
        code: "interface Animal { sound(): string }\nclass Cow implements Animal {\n  private times: number;\n  constructor(times: number) { this.times = times; }\n  sound(): string { return 'moo'.repeat(this.times); }\n}\nfunction hear(a: Animal) { console.log(a.sound()); }\nhear(new Cow(2));",
        prints: 'moomoo\n',
      },
    ],
  },
  {
    title: 'getting started: await at the top, displays, one display updated',
    cells: [
      {
        code: 'let pause = (ms: number) => new Promise((done) => setTimeout(done, ms));\nconst began = Date.now();\nawait pause(30);\n`waited: ${Date.now() - began >= 25}`',
        result: "'waited: true'",
      },
      { code: "import fs from 'fs';\nimport * as tslab from 'tslab';" },
      { code: "tslab.display.html('<b>bold</b>')", displays: ['text/html'] },
      {
        code: "fs.writeFileSync('dot.jpg', Buffer.from([255, 216, 255]));\ntslab.display.jpeg(fs.readFileSync('dot.jpg'))",
        displays: ['image/jpeg'],
      },
      {
        code: '{\n  let shown = tslab.newDisplay();\n  for (let part = 1; part <= 3; part++) {\n    await pause(2);\n    shown.text(`part ${part}`);\n  }\n}',
        displays: ['text/plain', 'text/plain', 'text/plain'],
      },
      {
        code: 'let later = async () => {\n  let pause = (ms: number) => new Promise((done) => setTimeout(done, ms));\n  await pause(2);\n  return "later";\n}\nawait later();',
        result: "'later'",
      },
    ],
  },
  {
    title: 'getting started: destructuring, spread, generators, optional chaining, nullish coalescing',
    cells: [
      {
        code: "{\n  class Pair { left: number; right: string; constructor(left: number, right: string) { this.left = left; this.right = right; } }\n  const pair = new Pair(5, 'five');\n  let { left, right: word } = pair;\n  console.log({ left, word });\n  let [p, q] = [7, 8];\n  console.log({ p, q });\n  let cubes: number[] = [];\n  for (let i of (function* (n: number) { for (let i = 1; i < n; i++) yield i; })(4)) cubes.push(i ** 3);\n  console.log('cubes', cubes);\n}",
        prints: "{ left: 5, word: 'five' }\n{ p: 7, q: 8 }\ncubes [ 1, 8, 27 ]\n",
      },
      {
        code: "{\n  let box = { inside: null as null | { deep: number } };\n  console.log(box?.inside?.deep);\n  let a = null, b = 0, c = 'c';\n  console.log(a ?? b ?? c);\n}",
        prints: 'undefined\n0\n',
      },
    ],
  },
  {
    title: 'errors: a value of another type, at the declaration and later',
    cells: [
      { code: "let n: number = 'word';", error: 'TS2322' },
      { code: "let m = 1.5;\nm = 'word';", error: 'TS2322' },
      { code: 'let a + b;', error: 'TS1005' },
      { code: 'let twice = 1; let twice = 2;', error: 'TS2451' },
      { code: 'interface Coloured { colour: string }\nclass Thing implements Coloured {}', error: 'TS2420' },
      { code: 'const fixed = 1' },
      { code: 'fixed = 2', error: "Cannot assign to 'fixed'" },
      { code: 'let loose = (f: () => Promise<number>) => { return await f(); }', error: 'TS1308' },
      { code: "throw new Error('mine')", error: 'mine' },
      { code: "await new Promise((_, fail) => fail('turned down'))", error: 'turned down' },
      {
        code: "async function refuses(): Promise<never> { throw 'refused' }\nawait refuses();",
        error: 'refused',
      },
    ],
  },
  {
    title: 'clearing counts: a cell that reads and writes files beside the notebook',
    cells: [
      {
        code: "import * as fs from 'fs';\nimport * as path from 'path';\nfs.writeFileSync(path.join('.', 'other.ipynb'), '{\"execution_count\": 12}');",
      },
      {
        code: "for (const name of fs.readdirSync('.')) {\n  if (!name.endsWith('.ipynb')) continue;\n  const text = fs.readFileSync(name, { encoding: 'utf8' });\n  fs.writeFileSync(name, text.replace(/(\"execution_count\"\\s*:\\s*)\\d+/g, '$1null'));\n}\nfs.readFileSync('other.ipynb', 'utf8')",
        result: `'{"execution_count": null}'`,
      },
    ],
  },
  {
    title: 'getting started for JavaScript: require, and a variable of any type',
    cells: [
      {
        code: "const tslab = require('tslab');\ntslab.display.html('<i>leaning</i>');",
        displays: ['text/html'],
      },
      { code: "let os = require('os');\nos.cpus().length > 0", result: 'true' },
      { code: 'let anything: any = 123;\nanything += " and text"; anything', result: "'123 and text'" },
    ],
  },
  {
    title: 'tensorflow: a module above the notebook, a small network trained, a picture as HTML',
    cells: [
      {
        code: "import * as tf from '@tensorflow/tfjs';\nimport { promisify } from 'util';\nimport { points } from '../lib/points';\nimport { display } from 'tslab';",
      },
      {
        code: "display.html('<h3>versions</h3>');\nconsole.log(typeof tf.version['tfjs-core'])",
        displays: ['text/html'],
        prints: 'string\n',
      },
      { code: 'await points.load();' },
      {
        code: "const model = tf.sequential();\nmodel.add(tf.layers.dense({ inputShape: [2], units: 4, activation: 'relu' }));\nmodel.add(tf.layers.dropout({ rate: 0.1 }));\nmodel.add(tf.layers.dense({ units: 2, activation: 'softmax' }));\nmodel.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });",
      },
      {
        code: 'async function train(epochs: number) {\n  const { xs, labels } = points.all();\n  await model.fit(xs, labels, { epochs, verbose: 0 });\n  const [loss, accuracy] = model.evaluate(xs, labels) as tf.Scalar[];\n  console.log(loss.rank, accuracy.dataSync().length);\n}\nprocess.stderr.isTTY = false;\nawait train(1);',
        prints: '0 1\n',
      },
      {
        code: 'const guessed = tf.argMax(model.predict(points.all().xs) as tf.Tensor, 1).arraySync() as number[];\nguessed.length',
        result: '4',
      },
      {
        code: 'const doubled = await promisify((n: number, done: (error: Error | null, value: number) => void) => done(null, 2 * n))(4);\ndisplay.html(`<p>${doubled}</p>`)',
        displays: ['text/html'],
      },
    ],
  },
  {
    title: "tslab's tests: values, recursion, classes, enums, imports of three kinds, names used again",
    alone: true, // it hides Promise
    cells: [
      { code: 'let u = 3, v = 4;' },
      { code: 'let w = u * v; w -= 2;', result: '10' },
      { code: 'v = u * w;', result: '30' },
      { code: 'u = Math.max(w, v)', result: '30' },
      { code: 'const c = 1' },
      { code: 'const c = 2; c', result: '2' },
      {
        code: "let [d, e] = [1, 'e']; let { f, g: h } = { f: 2, g: 'h' }; [d, e, f, h]",
        result: "[ 1, 'e', 2, 'h' ]",
      },
      { code: 'let count = 0;\nfunction more() { count++; }' },
      { code: 'more(); more(); count', result: '2' },
      { code: 'enum Way { North = 1, East, South, West }' },
      { code: '[Way.East, Way[3]]', result: "[ 2, 'South' ]" },
      { code: 'let Way = null; Way', result: 'null' },
      {
        code: "import * as crypto from 'crypto';\nlet one = crypto.createHash('md5').update('x').digest('hex').length",
      },
      {
        code: "import crypto from 'crypto';\nlet two = crypto.createHash('md5').update('x').digest('hex').length",
      },
      {
        code: "const { createHash } = await import('crypto');\n[one, two, createHash('md5').update('x').digest('hex').length]",
        result: '[ 32, 32, 32 ]',
      },
      { code: "let crypto = 'a word now'; crypto.length", result: '10' },
      {
        code: 'interface Merged { a: number }\ninterface Merged { b: string }\nlet merged: Merged = { a: 1, b: "b" };',
      },
      { code: "import { CpuInfo, cpus } from 'os';" },
      {
        code: 'interface CpuInfo { mine: true }\nconst own: CpuInfo = { mine: true }; cpus().length > 0',
        result: 'true',
      },
      { code: 'class Promise {}' },
      { code: 'async function plain() { return 0 }\nawait plain()', result: '0' },
      { code: '({}).constructor === Object', result: 'true' },
      { code: 'let require = 123; require', result: '123' },
      { code: "'same'", result: "'same'" },
      { code: "'same'", result: "'same'" },
      { code: 'let grows = 1' },
      { code: 'grows++', result: '1' },
      { code: "let grows = 'text'" },
      { code: 'grows++', error: 'TS2356' },
      { code: 'await new Promise<string>((done) => setTimeout(() => done("in time"), 5));', error: 'TS' }, // Promise is a class of ours by now
    ],
  },
  {
    title: 'a promise that is not awaited',
    differs: 'a cell that ends in a promise shows what it comes to, or fails as it does',
    cells: [
      { code: 'new Promise((done) => setTimeout(() => done("slow"), 5));', result: "'slow'" },
      { code: "new Promise(() => { throw new Error('at once'); });", error: 'at once' },
    ],
  },
  {
    title: 'a name of an import used again, for a type alone',
    differs: 'a name that is declared anew is new as a whole: a type hides the value of an earlier cell',
    cells: [
      { code: "import { cpus } from 'os';" },
      { code: 'type cpus = number; const n: cpus = 1; n', result: '1' },
      { code: 'cpus()', error: 'TS2693' },
    ],
  },
  {
    title: 'cells without types',
    differs: 'checked as the tsconfig.json of the notebook says, and strictly where there is none',
    cells: [
      { code: 'async function run(epochs, size) { return epochs * size }', error: 'TS7006' },
      { code: 'class Held { name: string; }', error: 'TS2564' },
      { code: 'let now = 1;\nnow += "text"', error: 'TS2322' },
    ],
  },
  {
    title: 'JavaScript whose types are said in comments',
    differs: 'there is no JavaScript mode: a type is written in TypeScript',
    cells: [{ code: "/** @type {any} */\nlet x = 123;\nx += ' text';", error: 'TS2322' }],
  },
  {
    title: 'cells for a browser',
    differs: 'there is no browser mode: what a page should run is shown as text/html or text/javascript',
    cells: [
      {
        code: "/** @browser */\nconst div = document.createElement('div');",
        error: "Cannot find name 'document'",
      },
      { code: "import { display } from 'tslab'; display.javascript('1')", displays: ['text/javascript'] },
    ],
  },
  {
    title: 'cells that become modules',
    differs:
      'a comment with @module makes no module: modules are files, and an edit to one is used at the next import',
    cells: [
      { code: "/** @module mine */\nexport const a = 'A';" },
      { code: "import { a as again } from './mine';", error: 'TS2307' },
      { code: "import { writeFileSync } from 'fs'; writeFileSync('mine.ts', \"export const a = 'A';\")" },
      { code: "import { a as again } from './mine'; again", result: "'A'" },
    ],
  },
  {
    title: 'the exports object',
    differs:
      'cells are ES modules: there is no exports object; globalThis is the place for names made at run time',
    cells: [{ code: "Object.defineProperty(exports, 'made', { value: 1 })", error: 'exports' }],
  },
];
