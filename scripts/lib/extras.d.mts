/** The npm packages of scripts/npm/<set>, in a folder of their own under .cache/; resolves to their node_modules. */
export function ensureNpmSet(set: string, title: string): Promise<string>;
