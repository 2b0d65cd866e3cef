/** The TypeScript kernel's public names. The kernel itself is started by Jupyter, through its kernelspec. */
export * from './notebook.ts';
export { installKernelspec, kernelName, kernelspecDirectory, uninstallKernelspec } from './install.mjs';
export type { KernelspecPlace } from './install.mjs';
export type { JupyterHost } from './runtime/host.ts';
