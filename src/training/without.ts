/** An object without one of its entries. */
export const without = <O extends object, K extends keyof O>(object: O, name: K): Omit<O, K> =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)) as unknown as Omit<O, K>;
