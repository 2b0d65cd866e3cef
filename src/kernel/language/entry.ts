import { workerData, type MessagePort } from 'node:worker_threads';
import type { LanguageAnswer, LanguageCalls, LanguageRequest } from '../channels.ts';
import { complete, inspect, isComplete } from './assist.ts';
import { collectWhenDue } from './idle.ts';
import { Session } from './session.ts';

const { port, directory } = workerData as { port: MessagePort; directory: string };
const session = new Session(directory);
const calls: LanguageCalls = {
  compile: (code, number) => session.compile(code, number),
  commit: (progress) => session.commit(progress),
  complete: (code, offset) => complete(session, code, offset),
  inspect: (code, offset) => inspect(session, code, offset),
  isComplete,
};

port.on('message', ({ id, method, args }: LanguageRequest) => {
  const answer: LanguageAnswer = { id };
  try {
    answer.value = (calls[method] as (...given: unknown[]) => unknown)(...args);
  } catch (error) {
    answer.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  port.postMessage(answer);
  collectWhenDue();
});

// Reads the standard library before the first cell needs it. What fails here fails there again, and is told.
try {
  session.compile('0', 0);
  session.commit(0);
} catch {
  // told with the first cell
}
collectWhenDue();
