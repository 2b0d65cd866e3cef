import { Session } from 'node:inspector';
import type { FromRuntime, Signals, ToRuntime } from '../channels.ts';
import { interruptChildren } from './children.ts';
import { log } from './log.ts';

/** Time a main thread that is not in a loop gets to answer a message before anything is terminated, ms. */
const patience = 60;
/** Time until the user is told that the cell cannot be stopped, ms. */
const explainAfter = 1300;
/** Time without an answer that proves the main thread to be in native code: anywhere else it answers at once, ms. */
const silent = 300;
/** Time that code gets which holds the signal: it ends with the step that it is in, which may be long, ms. */
const longPatience = 60_000;
/** Questions answered without the message being heard that prove the main thread to be inside JavaScript. */
const proof = 3;
/** Most loops that are ended behind the end of a cell. More come from something that goes on, and a later cell must end it. */
const mostBehind = 8;

/**
 * Interrupts the main thread, until it says that the cell has ended. A waiting cell is ended by a message. A main thread
 * that answers the inspector and still does not hear the message is in a loop. A loop of promises ends at the next
 * continuation, which reads `order` (context.ts). Any other is terminated by the inspector, from this thread.
 *
 * Then it must answer again, until it does so by itself: what had come for the cell already, such as messages of a port, may
 * be loops that begin after its end, and the next cell would wait behind them.
 *
 * Code that holds the signal is left to its step, until somebody insists by interrupting it again.
 *
 * A termination may land in Node's own code, such as its handler of rejections, which drops it. V8 then refuses every
 * further one as still in progress. An evaluation that runs into its time limit clears that.
 */
export class Interrupter {
  private readonly session = new Session();
  private readonly toRuntime: (message: ToRuntime) => void;
  private readonly onStuck: (how: 'native' | 'holding') => void;
  private readonly signals: Signals;
  /** When the cell that is being interrupted is terminated even though it holds the signal, on performance.now(). */
  private patientUntil = 0;
  private serial = 0;
  private acknowledged = 0;
  /** Questions to the inspector on their way, and when one was answered last or asked with none before it. */
  private unanswered = 0;
  private answered = 0;
  private working: Promise<void> | undefined;

  constructor(
    signals: Signals,
    toRuntime: (message: ToRuntime) => void,
    onStuck: (how: 'native' | 'holding') => void,
  ) {
    this.signals = signals;
    this.toRuntime = toRuntime;
    this.onStuck = onStuck;
    this.session.connectToMainThread();
  }

  handle(message: FromRuntime): void {
    if (message.kind === 'acknowledged') this.acknowledged = Math.max(this.acknowledged, message.serial);
  }

  /** Lets go of the main thread: Node waits for its debuggers when it ends. */
  close(): void {
    this.session.disconnect();
  }

  /** Resolves when no termination is under way: a cell started then is not hit by one meant for the last. */
  async settled(): Promise<void> {
    await this.working;
  }

  /** Ends the cell of run `run`, the last one that was started; `idle`: it has ended, but may have left code running. */
  interrupt(run: number, idle: boolean): void {
    this.ask(run, idle);
    // Whoever asks again insists.
    this.patientUntil = this.working ? 0 : performance.now() + longPatience;
    this.working ??= this.insist(run)
      .catch((error: unknown) => log(`The kernel failed to interrupt a cell: ${String(error)}`))
      .finally(() => (this.working = undefined));
  }

  /** Waits for no step of a cell that holds the signal. */
  insistNow(): void {
    this.patientUntil = 0;
  }

  private ask(run: number, idle = false): void {
    this.toRuntime({ kind: 'interrupt', serial: ++this.serial, run, idle });
  }

  private get isPatient(): boolean {
    return performance.now() < this.patientUntil;
  }

  private get heard(): boolean {
    return this.acknowledged >= this.serial;
  }

  private async insist(run: number): Promise<void> {
    const signalled = new Set<string>();
    const since = performance.now();
    const explain = setInterval(() => {
      const now = performance.now();
      if (now - since < explainAfter) return;
      const isNative = now - this.answered >= silent && this.unanswered > 0;
      if (!isNative && !(this.holds(run) && this.isPatient)) return;
      clearInterval(explain);
      this.onStuck(isNative ? 'native' : 'holding');
    }, 50);
    interruptChildren(signalled);
    const children = setInterval(() => interruptChildren(signalled), 100);
    // A signal to a child that is only just starting may be lost.
    const again = setInterval(() => signalled.clear(), 500);
    try {
      await this.untilHeard(run);
      let calm = false;
      for (let behind = 0; !calm && behind < mostBehind; behind++) {
        this.ask(run);
        calm = await this.untilHeard(run);
      }
    } finally {
      Atomics.store(this.signals.order, 0, 0);
      clearInterval(explain);
      clearInterval(children);
      clearInterval(again);
    }
  }

  /** Resolves when the main thread has answered the question asked last, to whether nothing had to be ended for it. */
  private async untilHeard(run: number): Promise<boolean> {
    await this.wait(() => this.heard, patience);
    const calm = this.heard;
    while (!this.heard && this.holds(run) && this.isPatient) await this.wait(() => this.heard, 20);
    while (!this.heard) {
      for (let i = 0; i < proof && !this.heard; i++) await this.post('Runtime.evaluate', { expression: '0' });
      if (this.heard) break;
      Atomics.store(this.signals.order, 0, run);
      await this.wait(() => this.heard, 40);
      if (!this.heard) await this.terminate();
      this.toRuntime({ kind: 'interrupt', serial: this.serial, run, idle: false });
      await this.wait(() => this.heard, 20);
    }
    return calm;
  }

  private holds(run: number): boolean {
    return Atomics.load(this.signals.holding, 0) === run;
  }

  private async terminate(): Promise<void> {
    let answer: { refused: boolean } | undefined;
    void this.post('Runtime.terminateExecution').then((refused) => (answer = { refused }));
    await this.wait(() => answer !== undefined, 30);
    if (answer?.refused) await this.clear();
    while (!answer) {
      await this.clear();
      await this.wait(() => answer !== undefined, 10);
    }
  }

  /** Forgets a termination that was dropped. */
  private async clear(): Promise<void> {
    await this.post('Runtime.evaluate', { expression: 'for (;;);', timeout: 1 });
  }

  /** Resolves to whether the main thread refused. It answers where it runs JavaScript or waits, not in native code. */
  private post(method: string, parameters: object = {}): Promise<boolean> {
    if (this.unanswered++ === 0) this.answered = performance.now();
    return new Promise((resolve) => {
      this.session.post(method, parameters, (error) => {
        this.unanswered--;
        this.answered = performance.now();
        resolve(error !== null);
      });
    });
  }

  private async wait(condition: () => boolean, limit: number): Promise<void> {
    const end = performance.now() + limit;
    while (!condition() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
