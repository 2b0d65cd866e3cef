import { AsyncLocalStorage } from 'node:async_hooks';

/** One execution of a cell, and whatever it started that goes on after its end. */
export interface CellContext {
  readonly id: number;
  readonly controller: AbortController;
}

export const cells = new AsyncLocalStorage<CellContext>();

/** A cell was interrupted: thrown where its code would go on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the cell was interrupted');
  }
}

let latest: CellContext = { id: 0, controller: new AbortController() };

export function setLatest(context: CellContext): void {
  latest = context;
}

/** The cell whose code runs now, or, where that is not known, the one started last. */
export function currentCell(): CellContext {
  return cells.getStore() ?? latest;
}

/** Throws in an interrupted cell: its loops end here. */
export function throwIfInterrupted(): void {
  if (cells.getStore()?.controller.signal.aborted) throw new Interrupted();
}
