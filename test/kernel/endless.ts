/** Cells that do not end by themselves, one for each state in which an interrupt may find the kernel. */
export const endless: Record<string, string> = {
  'a synchronous loop': 'for (;;) {}',
  'a loop after an await': 'await null; for (;;) {}',
  'a loop after a timer': 'await new Promise((r) => setTimeout(r, 5)); for (;;) {}',
  'a loop while other immediates wait':
    'const [first] = [1, 2, 3].map(() => new Promise((r) => setImmediate(r))); await first; for (;;) {}',
  'a loop while other timers wait':
    'const [first] = [1, 2, 3].map(() => new Promise((r) => setTimeout(r, 5))); await first; for (;;) {}',
  'a loop while ticks wait':
    'await new Promise((r) => process.nextTick(() => { process.nextTick(() => ticks++); r(0) })); for (;;) {}',
  'a loop after a promised timer': 'await sleep(5); for (;;) {}',
  "a loop in a timer's callback": 'setTimeout(() => { for (;;) {} }, 5); await new Promise(() => {})',
  "a loop in an immediate's callback": 'setImmediate(() => { for (;;) {} }); await new Promise(() => {})',
  'a loop in a microtask': 'queueMicrotask(() => { for (;;) {} }); await new Promise(() => {})',
  "a loop after the scheduler's wait": 'await scheduler.wait(5); for (;;) {}',
  'a loop in a promised interval': 'for await (const _ of every(5)) { for (;;) {} }',
  'an endless promised interval': 'for await (const _ of every(5)) ticks++',
  'a loop in the next tick': 'process.nextTick(() => { for (;;) {} }); await new Promise(() => {})',
  "a loop in a message port's callback":
    'const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { for (;;) {} }; port2.postMessage(1); await new Promise(() => {})',
  "a loop in an event's callback":
    "const target = new EventTarget(); target.addEventListener('e', () => { for (;;) {} }); target.dispatchEvent(new Event('e'))",
  'a loop with another in a message behind it':
    'const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { for (;;) {} }; port2.postMessage(1); for (;;) {}',
  'a loop with several in messages behind it':
    'const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { for (;;) {} }; [1, 2, 3].forEach((i) => port2.postMessage(i)); for (;;) {}',
  'a loop with another in a lookup behind it': "dns.lookup('localhost', () => { for (;;) {} }); for (;;) {}",
  'a loop after reading a file': "await fs.promises.readFile('package.json'); for (;;) {}",
  'a loop that catches everything': 'for (;;) { try { for (;;) {} } finally { ticks += 0 } }',
  'an endless loop of awaits': 'for (;;) await null',
  'an endless loop of rejections':
    'for (;;) { try { await Promise.reject(new Error()) } catch (e) { if (ticks < 0) throw e } }',
  'an endless loop of timers': 'for (;;) { await sleep(5); ticks++ }',
  'an endless async generator':
    'for await (const t of (async function* () { for (;;) { await sleep(1); yield 1 } })()) { ticks += t }',
  'a promise that never settles': 'await new Promise(() => {})',
  'a loop that prints': 'for (;;) console.log(ticks)',
  'a child process': "child.execSync('sleep 30')",
  'a child process that inherits its output': "child.execSync('sleep 30', { stdio: 'inherit' })",
  'a child process that is awaited': "await new Promise((r) => child.exec('sleep 30', r))",
  "a loop in a child's callback":
    "child.spawn('echo', ['x']).stdout.on('data', () => { for (;;) {} }); await new Promise(() => {})",
  "a loop in a file's callback":
    "fs.readFile('package.json', () => { for (;;) {} }); await new Promise(() => {})",
};

/** What these cells need to have been declared, and a variable that must outlive them. */
export const prelude =
  "import { setTimeout as sleep, setInterval as every, scheduler } from 'node:timers/promises'; import * as fs from 'node:fs'; import * as child from 'node:child_process'; import * as dns from 'node:dns'; let ticks = 0; const kept = { here: true }";
