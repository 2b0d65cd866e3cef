/**
 * Reverse differentiation, in place of tfjs's walk over its tape. What holds for all operations is said here, once:
 *
 * - Whole numbers and truth values carry no slope: what depends on x only through them has slope 0.
 * - A gradient that reads its operation's own result depends on what that result was made of. tfjs writes the copy it reads
 *   on the tape before the operation, so that second derivatives lose it.
 * - The slope of a complex tensor is ∂/∂(real part) + i·∂/∂(imaginary part), as in PyTorch.
 */
import { tf } from '../tf.ts';
import { isComplex, takesComplex } from './complex.ts';

/** An operation that ran while the tape was on. */
interface TapeNode {
  kernelName: string;
  /** By name; undefined where an optional one was not given. */
  inputs: Record<string, tf.Tensor | undefined>;
  outputs: tf.Tensor[];
  /** Copies of inputs and results that the gradient reads. */
  saved: tf.Tensor[];
  gradient?: (dys: (tf.Tensor | undefined)[]) => Record<string, () => tf.Tensor>;
}

type CustomGradient = (...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
  value: tf.Tensor;
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
};

/** What is used of tfjs's engine. */
interface TapeEngine {
  state: { activeTape: TapeNode[] | null; gradientDepth: number };
  startTape(): void;
  endTape(): void;
  isTapeOn(): boolean;
  scopedRun<T>(start: () => void, end: () => void, f: () => T): T;
  tidy<T>(name: string, f: () => T): T;
  nextTensorId(): number;
  runKernel(kernelName: string, inputs: Record<string, tf.Tensor>): tf.Tensor;
  clone(x: tf.Tensor): tf.Tensor;
  addTapeNode(
    kernelName: string,
    inputs: Record<string, tf.Tensor>,
    outputs: tf.Tensor[],
    gradient: undefined,
    saved: tf.Tensor[],
    attrs: object,
  ): void;
  customGrad(f: CustomGradient): (...inputs: tf.Tensor[]) => tf.Tensor;
  gradients(
    f: () => tf.Tensor,
    xs: readonly tf.Tensor[],
    dy?: tf.Tensor | null,
    allowNoGradients?: boolean,
  ): { value: tf.Tensor; grads: (tf.Tensor | undefined)[] };
}

const engine = tf.engine() as unknown as TapeEngine;

const inputsOf = ({ inputs }: TapeNode): tf.Tensor[] => Object.values(inputs).filter((x) => x !== undefined);

const hasSlope = ({ dtype }: tf.Tensor): boolean => dtype === 'float32' || dtype === 'complex64';

/** The tape with each operation after those that made its inputs. */
function inOrder(tape: readonly TapeNode[]): TapeNode[] {
  const makers = new Map<number, TapeNode>();
  for (const node of tape) for (const { id } of node.outputs) if (!makers.has(id)) makers.set(id, node);
  const placed = new Set<TapeNode>();
  const order: TapeNode[] = [];
  const place = (node: TapeNode): void => {
    if (placed.has(node)) return;
    placed.add(node);
    for (const { id } of inputsOf(node)) {
      const maker = makers.get(id);
      if (maker) place(maker);
    }
    order.push(node);
  };
  tape.forEach(place);
  return order;
}

/** The operations on a way from `xs` to `y`, each with those of its inputs that depend on `xs`. */
function between(tape: readonly TapeNode[], xs: readonly tf.Tensor[], y: tf.Tensor): TapeNode[] {
  const fromX = new Set(xs.map(({ id }) => id));
  const after = tape.filter((node) => {
    const depends = inputsOf(node).some(({ id }) => fromX.has(id));
    if (depends) for (const { id } of node.outputs) fromX.add(id);
    return depends;
  });
  const toY = new Set([y.id]);
  const before = after.reverse().filter((node) => {
    const leads = node.outputs.some(({ id }) => toY.has(id));
    if (leads) for (const { id } of inputsOf(node)) toY.add(id);
    return leads;
  });
  return before.reverse().map((node) => ({
    ...node,
    inputs: Object.fromEntries(Object.entries(node.inputs).filter(([, x]) => x && fromX.has(x.id))),
  }));
}

/** The gradient of each input that depends on what is differentiated, from the slopes of the results. */
function slopesOf(node: TapeNode, dys: (tf.Tensor | undefined)[]): [tf.Tensor, tf.Tensor][] {
  const { kernelName, gradient } = node;
  if (!gradient) {
    throw new Error(
      `${kernelName} has no gradient: write it with operations that have one, or give it one by tf.customGrad`,
    );
  }
  const complex = [...inputsOf(node), ...node.outputs].some(isComplex);
  if (complex && !takesComplex.has(kernelName)) {
    throw new Error(`${kernelName} has no gradient of complex numbers: take tf.real and tf.imag first`);
  }
  const slopes = gradient(dys);
  return Object.entries(node.inputs).flatMap(([name, x]): [tf.Tensor, tf.Tensor][] => {
    if (!x || !hasSlope(x)) return [];
    const slope = slopes[name];
    if (!slope) throw new Error(`${kernelName} has no gradient to its input ${name}`);
    const dx = engine.tidy('slope', slope);
    if (dx.dtype !== x.dtype || String(dx.shape) !== String(x.shape)) {
      throw new Error(
        `the gradient of ${kernelName} to its input ${name} is ${dx.dtype} of shape [${dx.shape}], expected ${x.dtype} of shape [${x.shape}]`,
      );
    }
    return [[x, dx]];
  });
}

/** Slopes by tensor: those of `y`, walked back along `nodes`. */
function walkBack(nodes: readonly TapeNode[], y: tf.Tensor, dy: tf.Tensor): Map<number, tf.Tensor> {
  const slopes = new Map([[y.id, dy]]);
  for (const node of [...nodes].reverse()) {
    const dys = node.outputs.map(({ id }) => slopes.get(id));
    if (dys.every((each) => each === undefined)) continue; // only whole numbers were made of its results
    for (const [{ id }, dx] of slopesOf(node, dys)) {
      const before = slopes.get(id);
      slopes.set(id, before ? tf.add(before, dx) : dx);
    }
  }
  return slopes;
}

function refuseWholeNumbers(xs: readonly tf.Tensor[], nodes: readonly TapeNode[]): void {
  const read = new Set(nodes.flatMap((node) => inputsOf(node).map(({ id }) => id)));
  const whole = xs.find((x) => !hasSlope(x) && read.has(x.id));
  if (whole) {
    throw new Error(
      `there is no gradient to ${whole.dtype} numbers: cast them to float32 before, outside of it`,
    );
  }
}

engine.gradients = (f, xs, dy, allowNoGradients = false) => {
  if (xs.length === 0) throw new Error('a gradient to nothing was asked for: give at least one tensor');
  try {
    const y = engine.scopedRun(
      () => engine.startTape(),
      () => engine.endTape(),
      () => engine.tidy('forward', f),
    );
    if (!(y instanceof tf.Tensor)) throw new Error('the function to differentiate must return one tensor');
    const nodes = between(inOrder(engine.state.activeTape!), xs, y);
    if (nodes.length === 0 && !allowNoGradients) {
      throw new Error(
        'Cannot compute gradient of y=f(x) with respect to x: no operations lead from x to y inside of f',
      );
    }
    refuseWholeNumbers(xs, nodes);
    return engine.tidy('backward', () => {
      const slopes = walkBack(nodes, y, dy ?? tf.ones(y.shape));
      const read = new Set(nodes.flatMap((node) => inputsOf(node).map(({ id }) => id)));
      // What y depends on only through whole numbers has slope 0; what it does not depend on has none.
      const grads = xs.map((x) => slopes.get(x.id) ?? (read.has(x.id) ? tf.zeros(x.shape) : undefined));
      return { value: y, grads };
    });
  } finally {
    const { state } = engine;
    if (state.gradientDepth === 0) {
      for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
      state.activeTape = null;
    }
  }
};

/** The copies that gradients read: tfjs's own gradient of them takes the imaginary part off. */
engine.clone = (x) => {
  const copy = engine.runKernel('Identity', { x });
  engine.addTapeNode('Identity', { x }, [copy], undefined, [], {});
  return copy;
};

const customGrad = engine.customGrad.bind(engine);

/**
 * A custom gradient that reads a tensor made inside it is refused where it is differentiated again: how that tensor depends
 * on the inputs is on no tape.
 */
engine.customGrad = (f) =>
  customGrad((...args) => {
    const inputs = args.slice(0, -1) as tf.Tensor[];
    const save = args.at(-1) as tf.GradSaveFunc;
    const first = engine.nextTensorId();
    let kept: tf.Tensor[] = [];
    const { value, gradFunc } = f(...inputs, (tensors) => {
      kept = tensors;
      save(tensors);
    });
    const inside = kept.some((tensor) => tensor.id > first && tensor.id !== value.id && hasSlope(tensor));
    if (!inside) return { value, gradFunc };
    return {
      value,
      gradFunc: (dy, saved) => {
        if (!engine.isTapeOn()) return gradFunc(dy, saved);
        throw new Error(
          'a custom gradient that keeps tensors made inside of it cannot be differentiated again: ' +
            'save only its inputs and its result',
        );
      },
    };
  });
