import { Readable } from 'node:stream';
import { type CellContext, currentCell, inCell } from './context.ts';
import type { Input } from './input.ts';
import { setPlainImmediate } from './timers.ts';

/**
 * What cells read from process.stdin, which `readline` does for them: each line is asked for as by `input()`. Whoever starts to
 * read where nobody can type gets an error.
 */
class Stdin extends Readable {
  readonly fd = 0;
  readonly isTTY = false;
  private readonly keyboard: Input; // `input` is what readline takes a set of options by
  /** The cell that reads. */
  private reader: CellContext | undefined;
  /** A line is wanted, and nobody was asked for it: the reading cell has ended, or paused. */
  private isOwed = false;

  constructor(input: Input) {
    super({ encoding: 'utf8' });
    this.keyboard = input;
  }

  override resume(): this {
    this.start();
    return super.resume();
  }

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    if (event === 'data' || event === 'readable') this.start();
    return super.on(event, listener as (...args: unknown[]) => void);
  }

  override _read(): void {
    // A reader that has its line pauses in the same turn: nobody is to be asked for a second one.
    setPlainImmediate(() => setPlainImmediate(() => void this.ask()));
  }

  /** A loop that is left destroys what it read from, and later cells read on. */
  override destroy(): this {
    return this;
  }

  private start(): void {
    this.keyboard.requireSomebody();
    this.reader = currentCell();
    if (!this.isOwed) return;
    this.isOwed = false;
    this._read();
  }

  private async ask(): Promise<void> {
    const isWanted = this.readableFlowing === true || this.listenerCount('readable') > 0;
    const line = isWanted && (await inCell(this.reader, () => this.keyboard.askIfRunning()));
    if (typeof line === 'string') this.push(`${line}\n`);
    else this.isOwed = true;
  }
}

/** Puts the reader's keyboard in the place of the kernel's own standard input, which nobody types to. */
export function replaceStdin(input: Input): void {
  const value = new Stdin(input);
  Object.defineProperty(process, 'stdin', { value, configurable: true, enumerable: true, writable: true });
}
