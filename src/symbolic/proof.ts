/** What a proof table shows: lines with their verdicts, whichever engine decided them. */
import type { Step } from './step.ts';

export interface Proof {
  readonly title: string;
  /** Judged on first access. */
  readonly steps: readonly Step[];
  /** `5 steps · 3 proved · 1 assumed` */
  readonly summary: string;
  toTeX(): string;
  toString(): string;
}
