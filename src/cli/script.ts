/** Importing a script that someone wrote, and saying where it fails. */
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What makes a file a script; it is an ES module in all of them. */
export const isScript = (file: string): boolean => /\.m?[jt]s$/.test(file);

/** A script that cannot be read or that throws; the message begins with `file:line:` where the line is known. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}

/** The exports of a script. @throws ScriptError */
export async function importScript(file: string): Promise<Record<string, unknown>> {
  let path: string;
  try {
    path = await realpath(file);
    await readFile(path);
  } catch (error) {
    throw new ScriptError(`${file}: ${(error as Error).message}`, { cause: error });
  }
  register(new URL('./scriptHooks.mjs', import.meta.url));
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? error.message : `it throws ${String(error)}`;
    const plain = message.replace(/^Transform failed with .*\n\S+: ERROR: /, '');
    const place = error instanceof Error ? await placeOf(error, file, path) : file;
    throw new ScriptError(`${place}: ${plain}`, { cause: error });
  }
}

/** `file:line`, from what Node says of the error; the file alone when it says nothing. */
async function placeOf(error: Error, file: string, path: string): Promise<string> {
  const { message, stack = '' } = error;
  // Errors of syntax head their stack, or esbuild's message, with a place: it may be in a file that the script imports.
  const head =
    /^(\/.*|[A-Za-z]:\\.*|file:.*):(\d+)\n/.exec(stack) ?? /\n(.+?):(\d+):\d+: ERROR:/.exec(message);
  if (head) {
    const where = head[1].startsWith('file:') ? fileURLToPath(head[1]) : head[1];
    return `${where === path ? file : where}:${head[2]}`;
  }
  for (const spelling of [path, pathToFileURL(path).href]) {
    const at = stack.indexOf(`${spelling}:`);
    const line = at < 0 ? null : /^\d+/.exec(stack.slice(at + spelling.length + 1));
    if (line) return `${file}:${line[0]}`;
  }
  const missing = /^Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined) {
    const lines = (await readFile(path, 'utf8')).split('\n');
    const named = lines.findIndex((text) => text.includes(`'${missing}'`) || text.includes(`"${missing}"`));
    return named < 0 ? file : `${file}:${named + 1}`;
  }
  return error instanceof SyntaxError ? checkedSyntax(file, path) : file;
}

/** Node keeps the line of a syntax error in an ES module to itself, but prints it when asked to check the file. */
function checkedSyntax(file: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', path], (_, __, stderr) => {
      const line = /:(\d+)\n/.exec(stderr)?.[1];
      resolve(line === undefined ? file : `${file}:${line}`);
    });
  });
}
