export interface JupyterOptions {
  /** The notebook to open, relative to the root of the checkout. */
  page: string;
  /** This port or none; without it, the first free one from 8888. */
  port?: number;
  open?: boolean;
  env?: Record<string, string>;
  flags?: string[];
  onLog?: (text: string) => void;
}

export interface Jupyter {
  url: string;
  pid: number;
  stop(): Promise<void>;
  /** Its exit code, once it has ended. */
  ended: Promise<number>;
}

/** Starts JupyterLab from `.venv`, and resolves once it answers. */
export function startJupyter(options: JupyterOptions): Promise<Jupyter>;
