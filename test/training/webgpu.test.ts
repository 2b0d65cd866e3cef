import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { BackendReport } from '../../src/engine/index.ts';
import { hasTensorFlow, hasVulkan, vulkanEnvironment } from '../engine/tensorflow.ts';

interface Curve {
  report: BackendReport;
  gradient: number[];
  sizes: number[];
  losses: number[];
  leaked: number;
}

const script = fileURLToPath(new URL('./curve.ts', import.meta.url));

async function curve(backend: string, env: NodeJS.ProcessEnv = {}): Promise<Curve> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', script, backend, String(steps)],
    options,
  );
  return JSON.parse(stdout) as Curve;
}

const norm = (xs: readonly number[]) => Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0));

// Vulkan on a processor takes seconds a step: the long tests compare the 50 steps, the others the first ones.
const steps = process.env.SCOREBOOK_LONG ? 50 : 3;

it.runIf(hasTensorFlow && hasVulkan)(
  'on WebGPU a U-Net has the gradients and the loss curve of TensorFlow, and leaves no tensor behind',
  { timeout: 600_000 },
  async () => {
    const native = await curve('tensorflow');
    const webgpu = await curve('webgpu', vulkanEnvironment);
    expect(webgpu.report).toMatchObject({ backend: 'webgpu', gpu: expect.stringContaining('SwiftShader') });
    const whole = norm(native.gradient);
    let at = 0;
    for (const size of native.sizes) {
      const part = (xs: readonly number[]) => xs.slice(at, at + size);
      const [ours, theirs] = [part(webgpu.gradient), part(native.gradient)];
      expect(norm(ours.map((x, i) => x - theirs[i]!))).toBeLessThan(1e-4 * whole);
      at += size;
    }
    expect(webgpu.losses.length).toBe(steps);
    const furthest = Math.max(...webgpu.losses.map((loss, i) => Math.abs(loss / native.losses[i]! - 1)));
    expect(furthest).toBeLessThan(1e-4);
    expect(webgpu.leaked).toBe(0);
  },
);
