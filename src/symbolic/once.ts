/** The value of a computation that runs when it is first asked for, and once. */
export function once<T>(compute: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}
