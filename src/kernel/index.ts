/** The TypeScript kernel's public names. The kernel itself is started by Jupyter, through its kernelspec. */
export { installKernelspec, kernelName, kernelspecDirectory, uninstallKernelspec } from './install.mjs';
export type { KernelspecPlace } from './install.mjs';
export type { DisplayOptions, JupyterHost } from './runtime/host.ts';
export type { MimeBundle } from './channels.ts';
