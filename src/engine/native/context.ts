/** TensorFlow's eager context: status checks, devices, and the handles that JavaScript numbers stand for. */
import { outOfMemory } from '../memory.ts';
import type { Api, Address, Pointer } from './api.ts';
import { encodeConfig, type SessionConfig } from './config.ts';

export interface Device {
  name: string;
  type: string;
}

const RESOURCE_EXHAUSTED = 8;

/** Throws `what: TensorFlow's message` when `status` holds an error. */
export function check(api: Api, status: Pointer, what: string): void {
  const code = api.statusCode(status);
  if (code === 0) return;
  const message = api.statusMessage(status);
  // The lines after the first tell a user of Python what to set.
  if (code === RESOURCE_EXHAUSTED) throw outOfMemory(what, message.split('\n')[0]!);
  throw new Error(`${what}: ${message}`);
}

/** One context for the process: TensorFlow keeps its threads and devices there. */
export class Context {
  readonly api: Api;
  readonly koffi: typeof import('koffi');
  readonly pointer: Pointer;
  readonly status: Pointer;
  readonly devices: Device[];
  readonly hasGpu: boolean;
  /** What it was made with. */
  readonly config: SessionConfig;

  constructor(koffi: typeof import('koffi'), api: Api, config: SessionConfig) {
    this.koffi = koffi;
    this.api = api;
    this.config = config;
    this.status = api.newStatus();
    const options = api.newContextOptions();
    const bytes = encodeConfig(config);
    api.setConfig(options, bytes, bytes.length, this.status);
    this.check('TensorFlow configuration');
    this.pointer = api.newContext(options, this.status);
    api.deleteContextOptions(options);
    this.check('TensorFlow context');
    this.devices = this.#listDevices();
    this.hasGpu = this.devices.some((device) => device.type === 'GPU');
  }

  check(what: string): void {
    check(this.api, this.status, what);
  }

  /** The bytes behind a native pointer, copied, so that they outlive it. */
  bytesAt(pointer: Address, length: number): ArrayBuffer {
    return length === 0 ? new ArrayBuffer(0) : this.koffi.view(pointer, length).slice(0);
  }

  #listDevices(): Device[] {
    const { api, status } = this;
    const list = api.listDevices(this.pointer, status);
    this.check('TensorFlow devices');
    const devices = Array.from({ length: api.deviceCount(list) }, (_, i) => ({
      name: api.deviceName(list, i, status),
      type: api.deviceType(list, i, status),
    }));
    api.deleteDevices(list);
    return devices;
  }
}
