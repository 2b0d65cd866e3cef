// Module hooks for the scripts that `scorebook check` reads, wherever they lie: `scorebook/symbolic` means this
// package, and a script is an ES module whether or not a package.json beside it says so.
const root = new URL('../../', import.meta.url).href;

export async function resolve(specifier, context, next) {
  const own = specifier === 'scorebook' || specifier.startsWith('scorebook/');
  const found = await next(specifier, own ? { ...context, parentURL: import.meta.url } : context);
  const installed = found.url.startsWith(root) || found.url.includes('/node_modules/');
  return found.format === 'commonjs' && !installed && !/\.c[jt]s\b/.test(found.url)
    ? { ...found, format: 'module' }
    : found;
}
