import type { MessagePort } from 'node:worker_threads';
import type { LanguageAnswer, LanguageCalls, LanguageMethod } from '../channels.ts';

/** Calls the language thread. Requests are answered in order. */
export class LanguageClient {
  private readonly port: MessagePort;
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private next = 1;

  constructor(port: MessagePort) {
    this.port = port;
    port.on('message', ({ id, value, error }: LanguageAnswer) => {
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (error !== undefined) call?.reject(new Error(error));
      else call?.resolve(value as never);
    });
  }

  call<M extends LanguageMethod>(
    method: M,
    ...args: Parameters<LanguageCalls[M]>
  ): Promise<ReturnType<LanguageCalls[M]>> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.port.postMessage({ id, method, args });
    });
  }
}
