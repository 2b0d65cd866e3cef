import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Codec } from '../../src/kernel/wire/message.ts';
import { toCodePoints, toUtf16 } from '../../src/kernel/wire/offsets.ts';

const toBuffers = (frames: (Buffer | string)[]): Buffer[] => frames.map((frame) => Buffer.from(frame));

test('what is encoded decodes to the same content, with the identities in front', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string({ minLength: 1 }), (content, key) => {
      const codec = new Codec(key, 'hmac-sha256');
      const message = codec.decode(toBuffers(codec.encode('x_reply', content, {}, [Buffer.from('client')])));
      expect(message.content).toEqual(JSON.parse(JSON.stringify(content)));
      expect(message.header.msg_type).toBe('x_reply');
      expect(message.identities.map(String)).toEqual(['client']);
    }),
  );
});

test('the signature is the HMAC of header, parent, metadata and content', () => {
  const frames = new Codec('key', 'hmac-sha256').encode('status', { a: 1 }, {}, []);
  const mac = createHmac('sha256', 'key').update(frames.slice(2).join('')).digest('hex');
  expect(frames[1]).toBe(mac);
});

test('a header that no answer could repeat is refused', () => {
  const codec = new Codec('key', 'hmac-sha256');
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const parts = [`{"msg_id":"1","msg_type":"execute_request","deep":${deep}}`, '{}', '{}', '{}'];
  const mac = createHmac('sha256', 'key').update(parts.join('')).digest('hex');
  expect(() => codec.decode(toBuffers(['<IDS|MSG>', mac, ...parts]))).toThrow(RangeError);
});

test('no changed byte passes the check', () => {
  const codec = new Codec('key', 'hmac-sha256');
  const frames = toBuffers(codec.encode('status', { a: 'text' }, {}, []));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (frame, at, flip) => {
        const changed = frames.map((one) => Buffer.from(one));
        const target = changed[frame]!;
        target[at % target.length]! ^= flip;
        expect(() => codec.decode(changed)).toThrow('bad signature');
      },
    ),
  );
});

test('cursor positions go from code points to UTF-16 and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, n) => {
      const points = Math.min(n, [...text].length);
      expect(toCodePoints(text, toUtf16(text, points))).toBe(points);
    }),
  );
});
