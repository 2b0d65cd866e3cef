import { Session } from 'node:inspector';
import type { FromRuntime, ToRuntime } from '../channels.ts';
import { interruptChildren } from './children.ts';
import { log } from './log.ts';

/** Time the main thread gets to answer before its running JavaScript is terminated, ms. */
const patience = [80, 250, 400, 600];

/**
 * Interrupts the main thread. A waiting cell is ended by a message. A main thread that does not answer is in a
 * synchronous loop: the inspector terminates that, from this thread, and the message is sent again.
 */
export class Interrupter {
  private readonly session = new Session();
  private readonly toRuntime: (message: ToRuntime) => void;
  private readonly onStuck: () => void;
  private serial = 0;
  private acknowledged = 0;

  constructor(toRuntime: (message: ToRuntime) => void, onStuck: () => void) {
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

  private endChildren(): void {
    try {
      interruptChildren();
    } catch (error) {
      // A child may end between being listed and being signalled.
      log(`The kernel could not interrupt a child process: ${String(error)}`);
    }
  }

  async interrupt(): Promise<void> {
    const serial = ++this.serial;
    this.toRuntime({ kind: 'interrupt', serial });
    this.endChildren();
    for (const wait of patience) {
      for (let waited = 0; waited < wait; waited += 10) {
        if (this.acknowledged >= serial) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      // A later interrupt takes over, so that terminations never overlap.
      if (this.serial !== serial) return;
      this.session.post('Runtime.terminateExecution');
      this.toRuntime({ kind: 'interrupt', serial });
    }
    if (this.acknowledged < serial) this.onStuck();
  }
}
