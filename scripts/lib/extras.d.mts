/** The npm packages of scripts/npm/<set>, in a folder of their own under .cache/; resolves to their node_modules. */
export function ensureNpmSet(set: string, title: string): Promise<string>;
/** The versions of Node, besides the one that runs, that the tests run on. */
export const otherNodes: string[];
/** The program of one of them, once the tests are set up. */
export function nodeProgram(major: string): string;
