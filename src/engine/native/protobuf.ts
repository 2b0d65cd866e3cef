/** The few lines of protocol-buffer encoding that TensorFlow's options need: varints and length-delimited fields. */

/** Base-128 varint, least significant group first. `value` is a non-negative safe integer. */
export function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`a varint needs a non-negative integer, got ${value}`);
  }
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Field of wire type 0 (int32, int64, bool, enum). */
export function intField(field: number, value: number | boolean): Uint8Array {
  return concatBytes(varint(field * 8), varint(Number(value)));
}

/** Field of wire type 2 (message, bytes, string). */
export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return concatBytes(varint(field * 8 + 2), varint(bytes.length), bytes);
}
