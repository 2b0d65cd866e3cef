import { Session } from 'node:inspector';

/** How often the heap is looked at while a cell runs, ms. */
const interval = 50;
/** The share of the heap's limit above which V8 is asked to stop before it. */
const high = 0.4;

/**
 * Ends a cell before it uses up the heap of the main thread, which would end the process without a word. V8 pauses for a
 * debugger just before that. One is there only while the heap is filling: `debugger` statements would wait for it.
 */
export class MemoryGuard {
  private readonly session = new Session();
  private readonly timer: NodeJS.Timeout;
  private isAsking = false;
  private isGuarding = false;

  /** `limit` is in bytes. `onFull` is called when a cell was ended. */
  constructor(limit: number, isRunning: () => boolean, onFull: () => void) {
    this.session.connectToMainThread();
    this.session.on('Debugger.paused', ({ params }) => {
      const isFull = (params.reason as string) === 'OOM';
      if (isFull) this.session.post('Runtime.terminateExecution');
      this.session.post('Debugger.resume');
      if (!isFull) return;
      // V8 pauses once, and has raised its limit for it: only a debugger that comes anew is told the next time.
      this.session.post('Debugger.disable');
      this.isGuarding = false;
      onFull();
    });
    this.timer = setInterval(() => {
      if (!this.isAsking && (isRunning() || this.isGuarding)) this.look(limit, isRunning());
    }, interval).unref();
  }

  /** Lets go of the main thread: Node waits for its debuggers when it ends. */
  close(): void {
    clearInterval(this.timer);
    this.session.disconnect();
  }

  private look(limit: number, isRunning: boolean): void {
    this.isAsking = true;
    this.session.post('Runtime.getHeapUsage', (error, usage) => {
      this.isAsking = false;
      if (error) return; // it is asked again
      const isFilling = (usage as { usedSize: number }).usedSize > high * limit;
      const isHigh = isFilling || (this.isGuarding && isRunning);
      if (isHigh !== this.isGuarding) this.session.post(isHigh ? 'Debugger.enable' : 'Debugger.disable');
      this.isGuarding = isHigh;
    });
  }
}
