import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/**
 * Throws when `path` is not a whole 64-bit ELF file. The loader maps a truncated library without complaint and the
 * process then dies of SIGBUS, which nothing can catch; so this is checked before.
 */
export function checkElf(path: string): void {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(64);
    const size = fstatSync(file).size;
    const read = readSync(file, header, 0, 64, 0);
    if (read < 64 || header.readUInt32BE(0) !== 0x7f454c46)
      throw new Error(`${path} is not a shared library`);
    const sections = Number(header.readBigUInt64LE(40)); // e_shoff
    const needed = sections + header.readUInt16LE(58) * header.readUInt16LE(60); // + e_shentsize · e_shnum
    if (size < needed) {
      throw new Error(`${path} is truncated: ${size} bytes of at least ${needed}; install tensorflow again`);
    }
  } finally {
    closeSync(file);
  }
}

/** Whether an x86 processor has an instruction set; undefined where nothing says so. */
export function processorHas(flag: string, cpuinfo = '/proc/cpuinfo'): boolean | undefined {
  if (process.arch !== 'x64') return undefined;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync(cpuinfo, 'utf8'))?.[1];
  return flags?.split(' ').includes(flag);
}

/** Whether oneDNN's bfloat16 is arithmetic of the processor rather than emulated. */
export const processorHasBfloat16 = (): boolean =>
  ['avx512_bf16', 'amx_bf16'].some((flag) => processorHas(flag));

/** Throws on x86 processors without AVX, where TensorFlow's wheels end the process with an illegal instruction. */
export function checkProcessor(cpuinfo?: string): void {
  if (processorHas('avx', cpuinfo) === false) {
    throw new Error('this processor has no AVX, which the tensorflow wheels need; use the wasm backend');
  }
}
