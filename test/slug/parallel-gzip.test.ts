import { execFileSync } from 'node:child_process';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParallelGzip } from '../../src/slug/parallel-gzip.ts';

interface Options {
  readonly level?: number;
  readonly blockSize?: number;
}

/** All that comes out where these pieces go in. */
async function compress(pieces: readonly Buffer[], { level = 5, ...options }: Options = {}) {
  const output: Buffer[] = [];
  const gzip = new ParallelGzip({
    level,
    ...options,
    output: async (bytes) => void output.push(Buffer.from(bytes)),
  });
  try {
    for (const piece of pieces) {
      gzip.write(piece);
      piece.fill(0xa5); // It was only lent.
      await gzip.ready();
    }
    await gzip.end();
  } finally {
    await gzip.close();
  }
  return Buffer.concat(output);
}

const piece = fc
  .tuple(
    fc.oneof(
      fc.uint8Array({ maxLength: 300, size: 'max' }),
      fc.string({ maxLength: 40 }).map((text) => Buffer.from(text)),
    ),
    fc.integer({ min: 1, max: 60 }),
  )
  .map(([bytes, times]) => Buffer.concat(Array<Uint8Array>(times).fill(bytes)));

describe('what is compressed on all cores', () => {
  test('comes out of gunzip as it went in: any bytes, in any pieces, any block size and level', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom(1, 100, 1000, 4096, 32_768, 40_000, 1 << 20),
        fc.integer({ min: 1, max: 9 }),
        async (pieces, blockSize, level) => {
          const input = Buffer.concat(pieces);
          const short = blockSize === 1 ? [input.subarray(0, 200)] : pieces;
          const expected = Buffer.concat(short);
          const output = await compress(
            short.map((bytes) => Buffer.from(bytes)),
            {
              blockSize,
              level,
            },
          );
          expect(gunzipSync(output).equals(expected)).toBe(true);
          expectOneMember(output, expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  /** The deflate stream after the header of 10 bytes ends exactly at the trailer of 8. */
  function expectOneMember(output: Buffer, input: Buffer) {
    expect(output.subarray(0, 4)).toEqual(Buffer.of(0x1f, 0x8b, 8, 0));
    const { buffer, engine } = inflateRawSync(output.subarray(10), { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    expect(buffer.equals(input)).toBe(true);
    expect(engine.bytesWritten).toBe(output.length - 18);
    expect(output.readUInt32LE(output.length - 4)).toBe(input.length);
  }

  test('is whole to gzip, and to Python, whose gzip module reads all members', async () => {
    const input = Buffer.from('some text, and more of it\n'.repeat(200_000));
    const output = await compress([Buffer.from(input)]);
    execFileSync('gzip', ['--test'], { input: output });
    expect(execFileSync('gzip', ['-dc'], { input: output, maxBuffer: 1e8 }).equals(input)).toBe(
      true,
    );
    const script =
      'import sys, gzip; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))';
    const byPython = execFileSync('python3', ['-c', script], { input: output, maxBuffer: 1e8 });
    expect(byPython.equals(input)).toBe(true);
  });

  test('uses what went before a block as its dictionary', async () => {
    const noise = Buffer.from(Array.from({ length: 30_000 }, (_, index) => (index * 7919) % 251));
    const output = await compress([Buffer.from(noise), Buffer.from(noise)], { blockSize: 30_000 });
    const once = await compress([Buffer.from(noise)], { blockSize: 30_000 });
    expect(output.length).toBeLessThan(once.length + 400);
  });

  test('is the same bytes each time', async () => {
    const input = Buffer.from('abcdefgh'.repeat(400_000));
    const first = await compress([Buffer.from(input)]);
    expect((await compress([Buffer.from(input)])).equals(first)).toBe(true);
  });

  test('waits for its output: no more than so many blocks are under way', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const gzip = new ParallelGzip({ level: 1, blockSize: 1000, output: () => opened });
    let blocks = 0;
    for (; !gzip.isFull; blocks++) gzip.write(Buffer.alloc(1000));
    expect(blocks).toBeLessThan(64);
    const events: string[] = [];
    const ready = gzip.ready().then(() => events.push('ready'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toEqual([]);
    open();
    await ready;
    await gzip.end();
    await gzip.close();
  });

  test.each(['ready', 'end'] as const)('passes an error of the output on (%s)', async (step) => {
    const gzip = new ParallelGzip({
      level: 1,
      blockSize: 1000,
      output: () => Promise.reject(new Error('no room')),
    });
    while (!gzip.isFull) gzip.write(Buffer.alloc(1000));
    await expect(gzip[step]()).rejects.toThrow('no room');
    await gzip.close();
  });
});
