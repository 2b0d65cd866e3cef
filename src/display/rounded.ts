/** Five significant digits: finer than any screen, and it keeps a notebook's file small. */
export const rounded = (value: number): number => Number(value.toPrecision(5));
