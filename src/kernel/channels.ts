/** The messages that pass between the kernel's threads: sockets (wire), user code (runtime), TypeScript (language). */

/** MIME type → content; images are base64 strings. */
export type MimeBundle = Record<string, unknown>;

/** How a value is shown, and what is said of its formats, by MIME type. */
export interface Shown {
  data: MimeBundle;
  metadata: object;
}

/** A JavaScript form of one cell, ready to run. */
export interface CompiledCell {
  /** A script whose value is an async function (emit.ts); line 1 of its body is line 2 of the script. */
  js: string;
  /** Source map (JSON text) from `js` to the cell's TypeScript. */
  map: string;
  /** Absolute name of the script, which relative `import()` calls start from. */
  fileName: string;
  /** The label readers see in tracebacks, such as `cell [3]`. */
  label: string;
  /** The cell's TypeScript, for excerpts in tracebacks. */
  source: string;
}

/** One problem the compiler found. */
export interface Problem {
  code: number;
  message: string;
  /** Source line and caret, ready to print; empty for problems without a position. */
  excerpt: string;
}

export type CompileResult = { ok: true; cell: CompiledCell } | { ok: false; problems: Problem[] };

export type RunFailure = { status: 'error'; ename: string; evalue: string; traceback: string[] };
export type RunSuccess = { status: 'ok'; shown: Shown | null };
export type RunOutcome = (RunFailure | RunSuccess) & {
  /** How many of the cell's declaring statements had been completed. */
  progress: number;
};

/** One message of a comm, in either direction. */
export interface CommEvent {
  event: 'open' | 'msg' | 'close';
  commId: string;
  /** Given when it is opened. */
  target?: string;
  data: unknown;
  metadata: object;
  buffers: Uint8Array[];
}

/** Memory that the wire thread and the main one share, for what a busy thread would not hear as a message. */
export interface Signals {
  /** The number of a run that must end: the main thread reads it where it hears no message. */
  order: Int32Array;
  /** How many of the main thread's messages the wire thread has handled: the main thread waits where that lags behind. */
  taken: Int32Array;
  /** The number of the last run whose code has taken the signal that tells it of an interrupt. */
  holding: Int32Array;
  /** Imports of cells: how many have begun, the first that was cut off last, and how often that happened. */
  loads: Int32Array;
}

export type ToRuntime =
  /** `takesInput`: whether the client that runs it takes questions. */
  | { kind: 'run'; id: number; cell: CompiledCell; takesInput: boolean }
  | { kind: 'input'; serial: number; value: string }
  | { kind: 'noInput'; serial: number; reason: string }
  /** `id` is what outputs of the comm's handlers are sent under. */
  | ({ kind: 'comm'; id: number } & CommEvent)
  /** `idle`: no cell is running, and what interrupted ones have left running is to end. */
  | { kind: 'interrupt'; serial: number; run: number; idle: boolean }
  | { kind: 'shutdown' };

export type FromRuntime =
  | { kind: 'acknowledged'; serial: number }
  | { kind: 'stream'; id: number; name: 'stdout' | 'stderr'; text: string }
  | { kind: 'display'; id: number; data: MimeBundle; metadata: object; displayId?: string; update: boolean }
  | { kind: 'clear'; id: number; wait: boolean }
  | { kind: 'input'; id: number; serial: number; prompt: string; password: boolean }
  | ({ kind: 'comm'; id: number } & CommEvent)
  | { kind: 'commDone'; id: number }
  /** A named pipe, alone in its folder, that a child process writes to; `state` becomes 1 when it is read, 2 at its end. */
  | { kind: 'pipe'; id: number; name: 'stdout' | 'stderr'; path: string; state: Int32Array }
  | { kind: 'done'; id: number; outcome: RunOutcome };

/** Why a cell may ask for nothing. */
export const noInput =
  'this client takes no input (allow_stdin is off), as in a notebook that is executed headless';

export interface Completion {
  text: string;
  type: string;
}

/** What the language thread answers. Offsets are UTF-16 units into `code`. */
export interface LanguageCalls {
  compile(code: string, number: number): CompileResult;
  /** Makes the names of the first `progress` declaring statements of the last compiled cell known to later ones. */
  commit(progress: number): null;
  complete(code: string, offset: number): { start: number; end: number; items: Completion[] };
  inspect(code: string, offset: number): MimeBundle | null;
  isComplete(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent: string };
}

export type LanguageMethod = keyof LanguageCalls;
export type LanguageRequest = { id: number; method: LanguageMethod; args: unknown[] };
export type LanguageAnswer = { id: number; value?: unknown; error?: string };
