/** A module of scripts/lib. They are plain JavaScript, run before anything is installed, so the types are said here. */
export const script = <T>(name: string): Promise<T> =>
  import(new URL(`../../scripts/lib/${name}`, import.meta.url).href) as Promise<T>;
