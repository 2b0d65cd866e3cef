import { type FromRuntime, noInput as refusal, type ToRuntime } from '../channels.ts';
import { currentCell, Interrupted, throwIfInterrupted } from './context.ts';

interface Question {
  resolve: (value: string) => void;
  reject: (error: Error) => void;
}

const nobody = (reason: string): string => `There is nobody to answer: ${reason}.`;

/** Asks whoever runs the notebook for a line of text. */
export class Input {
  private readonly questions = new Map<number, Question>();
  private readonly send: (message: FromRuntime) => void;
  private last = 0;

  constructor(send: (message: FromRuntime) => void) {
    this.send = send;
  }

  /** Resolves to what is typed. Rejects where nobody can type, and when the cell is interrupted. */
  ask(prompt: string, password: boolean): Promise<string> {
    throwIfInterrupted();
    const { id, controller } = currentCell();
    const serial = ++this.last;
    return new Promise((resolve, reject) => {
      this.questions.set(serial, { resolve, reject });
      controller.signal.addEventListener('abort', () => {
        this.questions.delete(serial);
        reject(new Interrupted());
      });
      this.send({ kind: 'input', id, serial, prompt, password });
    });
  }

  /** As `ask`, for a reader that goes on by itself: undefined once its cell has ended or was interrupted. */
  async askIfRunning(): Promise<string | undefined> {
    try {
      return await this.ask('', false);
    } catch {
      return undefined; // who may not ask at all was told when it began to read
    }
  }

  /** Throws where the client that runs the present cell takes no input. */
  requireSomebody(): void {
    if (currentCell().takesInput === false) throw new Error(nobody(refusal));
  }

  handle(message: Extract<ToRuntime, { kind: 'input' | 'noInput' }>): void {
    const question = this.questions.get(message.serial);
    this.questions.delete(message.serial);
    if (message.kind === 'input') question?.resolve(message.value);
    else question?.reject(new Error(nobody(message.reason)));
  }
}
