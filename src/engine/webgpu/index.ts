/** tfjs's WebGPU backend on Dawn (npm `webgpu`): GPUs of any maker, without CUDA. */
import { createRequire } from 'node:module';
import { tf } from '../tf.ts';

const require = createRequire(import.meta.url);

/** What the engine uses of Dawn's adapter. */
export interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

interface Gpu {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}

/** "NVIDIA H100 PCIe (nvidia)", from what the driver says. */
export const adapterName = ({ info }: Adapter): string => {
  const name = info.description || info.device || info.architecture || 'a GPU';
  return info.vendor && !name.toLowerCase().includes(info.vendor) ? `${name} (${info.vendor})` : name;
};

/** Processors that only pretend: slower than wasm, so taken when forced and not otherwise. */
export const isSoftware = ({ info }: Adapter): boolean =>
  info.isFallbackAdapter === true ||
  /swiftshader|llvmpipe|lavapipe|basic render/i.test(
    `${info.architecture} ${info.device} ${info.description}`,
  );

/** There is no GPU for it here, which is no failure. */
export class NoGpu extends Error {
  override name = 'NoGpu';
}

/** Looked for before Dawn does, which writes to stderr where there is none. */
async function requireVulkan(): Promise<void> {
  if (process.platform !== 'linux') return;
  const { default: koffi } = await import('koffi');
  try {
    koffi.load('libvulkan.so.1');
  } catch (error) {
    throw new NoGpu('no Vulkan: libvulkan.so.1 was not found', { cause: error });
  }
}

/** Dawn ends with this object, devices and all, so it must not be collected. */
let instance: Gpu | undefined;

async function dawn(): Promise<{ create(options: string[]): Gpu; globals: object }> {
  try {
    return (await import('webgpu')) as never;
  } catch (error) {
    const why = (error as Error).message.split('\n')[0];
    throw new NoGpu(`the npm package webgpu does not load: ${why}`, { cause: error });
  }
}

/**
 * Sets WebGPU as tfjs's backend.
 * @param software whether an adapter that runs on the CPU will do
 * @throws NoGpu when there is no Vulkan driver (no adapter), or only a software one that was not asked for
 */
export async function startWebGpu({ software }: { software: boolean }): Promise<{
  version: string;
  gpu: string;
  /** True for an adapter that runs on the CPU. */
  software: boolean;
  libraries: Record<string, string>;
}> {
  await requireVulkan();
  const { create, globals } = await dawn();
  const gpu = (instance ??= create([]));
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new NoGpu('no GPU adapter: Vulkan has no driver for a GPU here');
  const name = adapterName(adapter);
  if (isSoftware(adapter) && !software) throw new NoGpu(`the only adapter is ${name}, which runs on the CPU`);

  // tfjs registers its backend only where these are there when it is loaded, and reads them again when it starts.
  Object.assign(globalThis, globals);
  const restore = setNavigatorGpu(gpu);
  try {
    await import('@tensorflow/tfjs-backend-webgpu');
    if (!(await tf.setBackend('webgpu'))) throw new Error(`${name} gave no device`);
  } finally {
    restore();
  }
  refuseSyncReads(tf.backend() as unknown as SyncReader);
  const { version } = require('@tensorflow/tfjs-backend-webgpu/package.json') as { version: string };
  return { version, gpu: name, software: isSoftware(adapter), libraries: { webgpu: 'npm webgpu (Dawn)' } };
}

interface SyncReader {
  readSync(dataId: object): unknown;
  tensorMap: { get(dataId: object): { values: unknown; dtype: string; complexTensorInfos?: unknown } };
}

/** tfjs reads at once through a browser's canvas, which Node has not. Values that are still in JavaScript are no matter. */
function refuseSyncReads(backend: SyncReader): void {
  const original = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    const { values, dtype, complexTensorInfos } = backend.tensorMap.get(dataId);
    if (values || complexTensorInfos || dtype === 'string') return original(dataId);
    throw new Error('on WebGPU values are read asynchronously: await tensor.data() in place of dataSync()');
  };
}

/** Puts `gpu` on the global navigator, which Node has from version 21 on. */
function setNavigatorGpu(gpu: Gpu): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete (globalThis as { navigator?: unknown }).navigator;
  };
}
