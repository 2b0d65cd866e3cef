/** What the CUDA wheels put beside TensorFlow's own, in `site-packages/nvidia`. Inspected, not run on a GPU yet. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** One file of each wheel that `tensorflow[and-cuda]` 2.21 asks for. */
const FILES = [
  'cublas/lib/libcublas.so.12',
  'cuda_cupti/lib/libcupti.so.12',
  'cuda_nvcc/bin/ptxas',
  'cuda_nvrtc/lib/libnvrtc.so.12',
  'cuda_runtime/lib/libcudart.so.12',
  'cudnn/lib/libcudnn.so.9',
  'cufft/lib/libcufft.so.11',
  'curand/lib/libcurand.so.10',
  'cusolver/lib/libcusolver.so.11',
  'cusparse/lib/libcusparse.so.12',
  'nccl/lib/libnccl.so.2',
  'nvjitlink/lib/libnvJitLink.so.12',
] as const;

export interface CudaSearch {
  /** `site-packages/nvidia`. */
  folder: string;
  found: string[];
  /** Without any of them TensorFlow registers no GPU and says nothing. */
  missing: string[];
}

/** The CUDA libraries beside the TensorFlow of `folder`. */
export function cudaLibraries(folder: string): CudaSearch {
  const nvidia = join(folder, '..', 'nvidia');
  const there = (file: string) => existsSync(join(nvidia, file));
  return {
    folder: nvidia,
    found: FILES.filter(there),
    missing: FILES.filter((file) => !there(file)),
  };
}

/** TensorFlow 2.21's build has code for compute capability 9.0 partly as PTX, which older drivers cannot compile. */
const ADVISED_DRIVER = 575;

/** What to say of a driver ("550.54.15"); undefined where it is new enough. */
export function driverAdvice(driver: string): string | undefined {
  const major = Number.parseInt(driver, 10);
  return major >= ADVISED_DRIVER ? undefined : `NVIDIA's driver ${ADVISED_DRIVER} or newer is advised`;
}
