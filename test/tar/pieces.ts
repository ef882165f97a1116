import fc from 'fast-check';

/** Sizes in bytes of the pieces that a stream comes in, over and over. */
export const pieceSizes = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 }),
  fc.constantFrom([1], [511, 1, 512], [512], [65_536], [1 << 20]),
);

/**
 * Cuts bytes into pieces. Each is only lent, as the engine's are: once the next is asked for, there
 * is something else in its memory.
 */
export function* lentPieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  const memory = Buffer.alloc(Math.max(...sizes));
  let start = 0;
  for (let turn = 0; start < bytes.length; turn++) {
    const length = bytes.copy(memory, 0, start, start + (sizes[turn % sizes.length] as number));
    yield memory.subarray(0, length);
    memory.fill(0xa5);
    start += length;
  }
}
