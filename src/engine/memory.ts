/** What is said where memory does not suffice. */

/** @param detail what the allocator says: how much was asked for */
export const outOfMemory = (what: string, detail: string, cause?: unknown): Error =>
  new Error(
    `${what}: out of memory (${detail}). Use a smaller batch (of \`scorebook train\`: --batch) or smaller tensors, and ` +
      'dispose those that are done with (tf.tidy, dispose())',
    { cause },
  );

/** What V8 throws for an array that is too large. */
const isAllocation = (error: unknown): error is RangeError =>
  error instanceof RangeError &&
  /Array buffer allocation failed|Invalid typed array length/.test(error.message);

/** Throws `error`; where JavaScript could not make an array, with what would help. */
export function rethrow(what: string, error: unknown): never {
  throw isAllocation(error) ? outOfMemory(what, error.message, error) : error;
}
