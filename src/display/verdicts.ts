/** How each verdict looks. A mark and a word of its own each: none is told by its colour alone. */
import type { StepVerdict } from '../symbolic/index.ts';

interface Look {
  readonly mark: string;
  readonly word: string;
  /** Mixed with the colour of the text around it, so that it is dark on a light page and light on a dark one. */
  readonly colour: string;
  /** The border of its chip. */
  readonly edge: 'solid' | 'dashed' | 'dotted' | 'double';
}

/** An undecided line that its author marked as such is `open`. */
export type LineVerdict =
  StepVerdict | 'open' | 'tested' | 'error' | 'ill-formed' | 'defined' | 'same' | 'computed';

const grey = '#808890';

/** Every verdict that a line of a proof may have. */
export const looks: Record<LineVerdict, Look> = {
  proved: { mark: '✓', word: 'proved', colour: '#15924f', edge: 'solid' },
  refuted: { mark: '✗', word: 'refuted', colour: '#d92d43', edge: 'solid' },
  tested: { mark: '≈', word: 'tested', colour: '#1f7fd1', edge: 'dashed' },
  undecided: { mark: '?', word: 'undecided', colour: '#8a55e0', edge: 'dotted' },
  open: { mark: '?', word: 'open', colour: '#8a55e0', edge: 'dotted' },
  assumed: { mark: '§', word: 'assumed', colour: '#b07a00', edge: 'double' },
  error: { mark: '!', word: 'error', colour: '#e0601a', edge: 'solid' },
  'ill-formed': { mark: '∅', word: 'ill-formed', colour: '#c23c97', edge: 'solid' },
  defined: { mark: '≔', word: 'defined', colour: grey, edge: 'solid' },
  same: { mark: '≡', word: 'same', colour: grey, edge: 'solid' },
  computed: { mark: '↦', word: 'computed', colour: grey, edge: 'solid' },
  vacuous: { mark: '≡', word: 'vacuous', colour: grey, edge: 'solid' },
};
