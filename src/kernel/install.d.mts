/** Where a kernelspec goes: exactly one of the three. */
export interface KernelspecPlace {
  /** A Python environment's folder; the kernelspec goes below its share/jupyter/kernels. */
  prefix?: string;
  /** The user's own Jupyter folder. */
  user?: boolean;
  /** The active Python environment. */
  sysPrefix?: boolean;
}

export const kernelName: string;
export function kernelspecDirectory(place: KernelspecPlace): string;
/** Writes the kernelspec and returns its folder. */
export function installKernelspec(place: KernelspecPlace): string;
/** Removes the kernelspec; returns whether there was one. */
export function uninstallKernelspec(place: KernelspecPlace): boolean;
