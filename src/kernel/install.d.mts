/** Where a kernelspec goes: exactly one of the three. */
export interface KernelspecPlace {
  /** A Python environment's folder; the kernelspec goes below its share/jupyter/kernels. */
  prefix?: string;
  /** The user's own Jupyter folder. */
  user?: boolean;
  /** The active Python environment. */
  sysPrefix?: boolean;
}

/** The name that Jupyter starts this kernel by. */
export const kernelName: string;
/** The kernelspec's folder in that place. Throws unless exactly one place is given, and where no environment is active. */
export function kernelspecDirectory(place: KernelspecPlace): string;
/** Writes the kernelspec and returns its folder. */
export function installKernelspec(place: KernelspecPlace): string;
/** Removes the kernelspec; returns whether there was one. */
export function uninstallKernelspec(place: KernelspecPlace): boolean;
