import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** Jupyter messaging protocol 5.4: frames, signatures. */
export const protocolVersion = '5.4';

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
  [more: string]: unknown;
}

export interface Message {
  identities: Buffer[];
  header: Header;
  parent: Partial<Header>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Buffer[];
}

const delimiter = Buffer.from('<IDS|MSG>');

/** Signs and checks messages with the connection's key. An empty key turns signatures off, as the protocol says. */
export class Codec {
  readonly session = randomUUID();
  readonly key: string;
  readonly digest: string;

  constructor(key: string, scheme: string) {
    if (!scheme.startsWith('hmac-')) throw new Error(`Unknown signature scheme ${scheme}: expected hmac-….`);
    this.key = key;
    this.digest = scheme.slice('hmac-'.length);
  }

  private sign(parts: (Buffer | string)[]): string {
    if (this.key === '') return '';
    const mac = createHmac(this.digest, this.key);
    for (const part of parts) mac.update(part);
    return mac.digest('hex');
  }

  /** Throws, naming what is wrong, if the frames are not a well-formed message signed with the key. */
  decode(frames: Buffer[]): Message {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    if (at < 0) throw new Error('no <IDS|MSG> delimiter');
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    if (!signature || parts.length < 4)
      throw new Error(`expected 5 frames after the delimiter, got ${frames.length - at - 1}`);
    const given = Buffer.from(signature.toString());
    const expected = Buffer.from(this.sign(parts));
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new Error('bad signature');
    const [header, parent, metadata, content] = parts.map((part) => JSON.parse(part.toString()) as unknown);
    if (!isRecord(header) || typeof header.msg_type !== 'string' || typeof header.msg_id !== 'string')
      throw new Error('the header lacks msg_type or msg_id');
    if (!isRecord(content)) throw new Error('the content is no object');
    JSON.stringify(header); // every answer repeats it: one that nests too deeply for that is refused here
    return {
      identities: frames.slice(0, at),
      header: header as unknown as Header,
      parent: isRecord(parent) ? parent : {},
      metadata: isRecord(metadata) ? metadata : {},
      content,
      buffers: frames.slice(at + 6),
    };
  }

  /** Frames of a new message that answers `parent`. */
  encode(
    type: string,
    content: object,
    parent: Partial<Header>,
    identities: (Buffer | string)[],
    metadata: object = {},
    buffers: Uint8Array[] = [],
    id: string = randomUUID(),
  ): (Buffer | string)[] {
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.session,
      username: 'kernel',
      date: new Date().toISOString(),
      version: protocolVersion,
    };
    const parts = [header, parent, metadata, content].map((part) => JSON.stringify(part));
    return [
      ...identities,
      delimiter,
      this.sign(parts),
      ...parts,
      ...buffers.map((buffer) => Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength)),
    ];
  }
}

/** A string of a message's content; empty where the client sent something else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
