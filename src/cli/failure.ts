import { UsageError } from './options.ts';

const isDefect = (error: Error): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;

/**
 * Says what went wrong and returns the exit status. Messages are written for the reader; a stack is shown only for
 * defects of the program itself.
 */
export function report(where: string, error: unknown): number {
  if (!(error instanceof Error)) throw error;
  const defect = [error, error.cause].find((it): it is Error => it instanceof Error && isDefect(it));
  const detail =
    defect === undefined
      ? error.message
      : defect === error
        ? error.stack
        : `${error.message}\n${defect.stack}`;
  const hint = error instanceof UsageError ? `\nSee \`${where} --help\`.` : '';
  process.stderr.write(`${where}: ${detail}${hint}\n`);
  return error instanceof UsageError ? 2 : 1;
}
