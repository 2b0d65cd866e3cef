/** Records operations as nodes of a TensorFlow graph instead of running them; the graph then becomes one function. */
import { createHash } from 'node:crypto';
import type { GraphOutput, Pointer } from './api.ts';
import type { Eager, OpAttr, TensorMeta } from './eager.ts';
import { FLOAT32, precisionOf, type Precision } from './bfloat16.ts';
import { TF_ATTR, TF_DTYPE, toInt64s } from './dtypes.ts';

/** Operations whose inputs are one list, and how many plain inputs follow that list. */
const LIST_INPUTS: Record<string, number> = { ConcatV2: 1, Pack: 0, AddN: 0, Einsum: 0, IdentityN: 0 };

/** Operations that end in a list of inputs, which is empty here. */
const EMPTY_LIST_LAST = new Set(['CollectiveReduceV2']);

/** An input of the graph, or a tensor of the running program that it reads. */
export interface Capture {
  id: number;
  output: GraphOutput;
}

/** A tensor as the graph has it: what made it, and from float32 to bfloat16 or back its cast, once something asked for it. */
interface GraphTensor {
  made: GraphOutput;
  cast?: GraphOutput;
}

const { TF_FLOAT, TF_BFLOAT16 } = TF_DTYPE;
const isFloat = (dtype: number): boolean => dtype === TF_FLOAT || dtype === TF_BFLOAT16;
/** tfjs knows no bfloat16: to it, such a tensor is float32. */
const forTfjs = (dtype: number): number => (dtype === TF_BFLOAT16 ? TF_FLOAT : dtype);

export interface RecorderOptions {
  /** Whether marked sub-functions become nodes that XLA compiles (`fuse.ts`). */
  fuses?: boolean;
  /** Whether XLA compiles the whole of it. */
  xla?: boolean;
  /** Products and what follows them in bfloat16 (`bfloat16.ts`). */
  bfloat16?: boolean;
}

/** A finished TensorFlow function. `pointer` is kept so that other graphs can call it. */
export interface NativeFunction {
  name: string;
  pointer: Pointer;
  /** What it takes, in order: inputs and outside tensors. */
  captures: number[];
  outputs: { dtype: number; shape: number[] }[];
  nodes: number;
}

/** Numbers of symbolic tensors lie above those of real ones, so that neither is taken for the other. */
let lastSymbol = 2 ** 40;
let functionCount = 0;

export class Recorder {
  readonly #eager: Eager;
  readonly #graph: Pointer;
  readonly #tensors = new Map<number, GraphTensor>();
  readonly #called = new Set<string>();
  /** Inputs that nothing has read so far. */
  readonly #inputs = new Map<number, Omit<TensorMeta, 'id'>>();
  readonly captures: Capture[] = [];
  #nodes = 0;
  /** The node that made each output, by its number in the order of recording. */
  readonly #numbers = new Map<Pointer, number>();
  readonly #content = createHash('sha256');

  readonly fuses: boolean;
  readonly bfloat16: boolean;
  readonly xla: boolean;

  constructor(eager: Eager, { fuses = false, bfloat16 = false, xla = false }: RecorderOptions = {}) {
    this.#eager = eager;
    this.fuses = fuses;
    this.bfloat16 = bfloat16;
    this.xla = xla;
    this.#graph = eager.context.api.newGraph();
  }

  /** Frees the graph. Call once, after `finish` or after a failed trace. */
  dispose(): void {
    this.#eager.context.api.deleteGraph(this.#graph);
  }

  #define(made: GraphOutput): number {
    lastSymbol += 1;
    this.#tensors.set(lastSymbol, { made });
    return lastSymbol;
  }

  #newNode(op: string): Pointer {
    this.#nodes += 1;
    this.#write(op);
    return this.#eager.context.api.newNode(this.#graph, op, `${op}_${this.#nodes}`);
  }

  #finishNode(node: Pointer, op: string): Pointer {
    const { context } = this.#eager;
    const oper = context.api.finishNode(node, context.status);
    context.check(op);
    this.#numbers.set(oper, this.#nodes);
    return oper;
  }

  /** Adds to what `digest` tells apart. */
  #write(...parts: unknown[]): void {
    this.#content.update(`${JSON.stringify(parts)}\n`);
  }

  #place = ({ oper, index }: GraphOutput): string => `${this.#numbers.get(oper)}:${index}`;

  /** Equal for two graphs that compute the same of their inputs: the same operations, constants and these outputs. */
  digest(outputs: readonly number[]): string {
    const last = JSON.stringify(outputs.map((id) => this.#place(this.#tensor(id).made)));
    return this.#content.copy().update(last).digest('hex');
  }

  /** The graph's view of tensor `id`; a tensor from outside becomes a captured input. */
  #tensor(id: number): GraphTensor {
    const known = this.#tensors.get(id);
    if (known) return known;
    const { dtype, shape } = this.#inputs.get(id) ?? this.#eager.meta(id);
    const tensor = { made: this.#placeholder(dtype, shape) };
    this.#tensors.set(id, tensor);
    this.captures.push({ id, output: tensor.made });
    return tensor;
  }

  /** TensorFlow's dtype of tensor `id`, bfloat16 included. */
  dtypeOf(id: number): number {
    return this.#eager.context.api.outputType(this.#tensor(id).made);
  }

  /** Tensor `id`; if it has floats, in `floats`. */
  #resolve(id: number, floats: number = TF_FLOAT): GraphOutput {
    const tensor = this.#tensor(id);
    const dtype = this.dtypeOf(id);
    if (dtype === floats || !isFloat(dtype)) return tensor.made;
    tensor.cast ??= this.#cast(tensor.made, floats);
    return tensor.cast;
  }

  #cast(output: GraphOutput, dtype: number): GraphOutput {
    const { api } = this.#eager.context;
    const node = this.#newNode('Cast');
    this.#write(this.#place(output), dtype);
    api.nodeInput(node, output);
    api.nodeType(node, 'DstT', dtype);
    return { oper: this.#finishNode(node, 'Cast'), index: 0 };
  }

  #placeholder(dtype: number, shape: readonly number[]): GraphOutput {
    const { api } = this.#eager.context;
    const node = this.#newNode('Placeholder');
    this.#write(dtype, shape);
    api.nodeType(node, 'dtype', dtype);
    api.nodeShape(node, 'shape', toInt64s(shape), shape.length);
    return { oper: this.#finishNode(node, 'Placeholder'), index: 0 };
  }

  /** A tensor that becomes an input of the graph when something reads it. */
  input(dtype: number, shape: number[]): TensorMeta {
    lastSymbol += 1;
    this.#inputs.set(lastSymbol, { dtype, shape });
    return { id: lastSymbol, dtype: forTfjs(dtype), shape };
  }

  /** The same, and an input even if nothing reads it. */
  parameter(dtype: number, shape: number[]): TensorMeta {
    const meta = this.input(dtype, shape);
    this.#tensor(meta.id);
    return meta;
  }

  constant(shape: readonly number[], dtype: number, values: ArrayLike<number>): number {
    const { api, status } = this.#eager.context;
    const tensor = this.#eager.hostTensor(shape, dtype, values);
    const node = this.#newNode('Const');
    this.#write(dtype, shape);
    this.#content.update(Float64Array.from(values));
    api.nodeType(node, 'dtype', dtype);
    api.nodeTensor(node, 'value', tensor, status);
    api.deleteTensor(tensor);
    return this.#define({ oper: this.#finishNode(node, 'Const'), index: 0 });
  }

  execute(name: string, attrs: readonly OpAttr[], inputs: readonly number[], outputs: number): TensorMeta[] {
    const { api } = this.#eager.context;
    const { rounds, keeps } = this.#precision(name, attrs, inputs);
    const resolved = inputs.map((id) => this.#resolve(id, rounds ? TF_BFLOAT16 : TF_FLOAT));
    const node = this.#newNode(name);
    this.#write(resolved.map(this.#place), rounds, keeps, outputs, attrs);
    const plain = LIST_INPUTS[name];
    const listed = plain === undefined ? 0 : resolved.length - plain;
    if (plain !== undefined) api.nodeInputList(node, resolved.slice(0, listed), listed);
    for (const output of resolved.slice(listed)) api.nodeInput(node, output);
    if (EMPTY_LIST_LAST.has(name)) api.nodeInputList(node, [], 0);
    for (const attr of attrs) {
      // The length of an input list is inferred; setting it as well is an error.
      if (plain !== undefined && attr.name === 'N') continue;
      this.#setAttr(node, rounds && attr.name === 'T' ? { ...attr, value: TF_BFLOAT16 } : attr);
    }
    const oper = this.#finishNode(node, name);
    return Array.from({ length: outputs }, (_, index) => {
      const output = { oper, index };
      return this.#meta(rounds && !keeps ? this.#cast(output, TF_FLOAT) : output, name);
    });
  }

  #precision(name: string, attrs: readonly OpAttr[], inputs: readonly number[]): Precision {
    if (!this.bfloat16) return FLOAT32;
    const isSet = (...names: string[]) =>
      attrs.some((attr) => names.includes(attr.name) && attr.value === true);
    const sumsRows = isSet('adj_x', 'transpose_a') && !isSet('adj_y', 'transpose_b');
    const floats = inputs.map((id) => this.dtypeOf(id)).filter(isFloat);
    const inBfloat16 = floats.map((dtype) => dtype === TF_BFLOAT16);
    return precisionOf(name, inBfloat16, sumsRows);
  }

  #setAttr(node: Pointer, { name, type, value }: OpAttr): void {
    const { api } = this.#eager.context;
    if (type === TF_ATTR.TF_ATTR_TYPE) api.nodeType(node, name, Number(value));
    else if (type === TF_ATTR.TF_ATTR_FLOAT) api.nodeFloat(node, name, Number(value));
    else if (type === TF_ATTR.TF_ATTR_BOOL) api.nodeBool(node, name, value ? 1 : 0);
    else if (type === TF_ATTR.TF_ATTR_STRING) {
      const bytes = Buffer.from(value as string);
      api.nodeString(node, name, bytes, bytes.length);
    } else if (type === TF_ATTR.TF_ATTR_SHAPE) {
      const dims = value as readonly number[];
      api.nodeShape(node, name, toInt64s(dims), dims.length);
    } else if (typeof value === 'object') {
      api.nodeInts(node, name, toInt64s(value as readonly number[]), value.length);
    } else api.nodeInt(node, name, Number(value));
  }

  #meta(output: GraphOutput, op: string): TensorMeta {
    const { api, status } = this.#eager.context;
    const rank = api.outputRank(this.#graph, output, status);
    const dims = new BigInt64Array(Math.max(rank, 0));
    if (rank > 0) api.outputShape(this.#graph, output, dims, rank, status);
    this.#eager.context.check(op);
    const shape = Array.from(dims, Number);
    if (rank < 0 || shape.some((size) => size < 0)) {
      throw new Error(
        `${op}: the shape of its result depends on values, which a compiled function cannot have`,
      );
    }
    return { id: this.#define(output), dtype: forTfjs(api.outputType(output)), shape };
  }

  /** A node that calls another function, which XLA compiles. It takes each input as it was made. */
  call(callee: NativeFunction, inputs: readonly number[]): TensorMeta[] {
    const { api, status } = this.#eager.context;
    if (!this.#called.has(callee.name)) {
      api.copyFunction(this.#graph, callee.pointer, null, status);
      this.#eager.context.check(callee.name);
      this.#called.add(callee.name);
    }
    const node = this.#newNode(callee.name);
    this.#write(inputs.map((id) => this.#place(this.#tensor(id).made)));
    for (const id of inputs) api.nodeInput(node, this.#tensor(id).made);
    api.nodeBool(node, '_XlaMustCompile', 1);
    const oper = this.#finishNode(node, callee.name);
    return callee.outputs.map(({ dtype, shape }, index) => {
      const output = { oper, index };
      api.setOutputShape(this.#graph, output, toInt64s(shape), shape.length, status);
      this.#eager.context.check(callee.name);
      return { id: this.#define(output), dtype, shape };
    });
  }

  /** Closes the graph into a function of the context with these outputs, those of floats in `floats`. */
  finish(label: string, outputs: readonly TensorMeta[], floats: number = TF_FLOAT): NativeFunction {
    const { api, pointer: context, status } = this.#eager.context;
    functionCount += 1;
    const name = `scorebook_${label.replace(/[^A-Za-z0-9]/g, '_')}_${functionCount}`;
    // An output that is itself an input, or is given twice, gets a name of its own.
    const results = outputs.map((meta) => {
      const node = this.#newNode('Identity');
      api.nodeInput(node, this.#resolve(meta.id, floats));
      return { oper: this.#finishNode(node, 'Identity'), index: 0 };
    });
    const inputs = this.captures.map((capture) => capture.output);
    const graph = this.#graph;
    const everyNode = -1; // the function's body is the whole graph
    const made = api.graphToFunction(
      graph,
      name,
      0,
      everyNode,
      null,
      inputs.length,
      inputs,
      results.length,
      results,
      ...[null, null, null, status],
    );
    this.#eager.context.check(`function ${label}`);
    api.addFunction(context, made, status);
    this.#eager.context.check(`function ${label}`);
    return {
      name,
      pointer: made,
      captures: this.captures.map((capture) => capture.id),
      outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
      nodes: this.#nodes,
    };
  }
}
