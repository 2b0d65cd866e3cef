/** Ports on this machine for ranks of one machine: chosen without a race, and closed to every other machine. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Linux's numbers (asm-generic/socket.h, linux/in.h), the same on x64 and arm64. */
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const TCP_LISTEN = '0A';

async function sockets() {
  const { default: koffi } = await import('koffi');
  const libc = koffi.load('libc.so.6');
  return {
    open: libc.func('int socket(int, int, int)'),
    set: libc.func('int setsockopt(int, int, int, const void*, uint32_t)'),
    bind: libc.func('int bind(int, const void*, uint32_t)'),
    nameOf: libc.func('int getsockname(int, void*, void*)'),
    close: libc.func('int close(int)'),
    errno: () => Object.entries(koffi.os.errno).find(([, n]) => n === koffi.errno())?.[0] ?? koffi.errno(),
  };
}

/**
 * Ports that nobody else is given until `release`: each is bound here without listening, which TensorFlow's server,
 * bound with SO_REUSEADDR as this is, may share.
 */
export async function reservePorts(count: number): Promise<{ ports: number[]; release: () => void }> {
  const { open, set, bind, nameOf, close, errno } = await sockets();
  const held: number[] = [];
  const release = () => held.splice(0).forEach((fd) => void close(fd));
  const ports: number[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const fd = open(AF_INET, SOCK_STREAM, 0) as number;
      if (fd < 0) throw new Error(`no socket for worker ${i}: ${errno()}`);
      held.push(fd);
      set(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4);
      const address = Buffer.alloc(16); // family, port 0: any, 127.0.0.1
      address.writeUInt16LE(AF_INET, 0);
      address.set([127, 0, 0, 1], 4);
      if (bind(fd, address, 16) !== 0) throw new Error(`no free port for worker ${i}: ${errno()}`);
      nameOf(fd, address, Uint32Array.of(16));
      ports.push(address.readUInt16BE(2));
    }
  } catch (error) {
    release();
    throw error;
  }
  return { ports, release };
}

/** Inodes of the sockets that listen on `port`, on any address, of any process. */
function listeners(port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const rows = lines.map((line) => line.trim().split(/\s+/));
  return new Set(
    rows.filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === TCP_LISTEN).map((row) => row[9]!),
  );
}

/**
 * Ties this process's server on `port` to the loopback device: TensorFlow listens on every address and asks nobody who
 * they are, so another machine could otherwise run what it likes here.
 * @throws when the system refuses, which Linux before 5.7 does to all but root
 */
export async function closeToOtherMachines(port: number): Promise<void> {
  const { set, errno } = await sockets();
  const inodes = listeners(port);
  const own = readdirSync('/proc/self/fd').filter((fd) => inodes.has(inodeOf(fd) ?? ''));
  if (own.length === 0) throw new Error(`no server of this process listens on port ${port}`);
  for (const fd of own) {
    if (set(Number(fd), SOL_SOCKET, SO_BINDTODEVICE, Buffer.from('lo\0'), 3) === 0) continue;
    throw new Error(
      `the workers' port ${port} cannot be closed to other machines (${errno()}): Linux 5.7 or newer is needed`,
    );
  }
}

function inodeOf(fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // closed since it was listed
    throw error;
  }
}
