import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParallelGzip, type ParallelGzipOptions } from '../../src/slug/parallel-gzip.ts';
import { lentPieces } from '../tar/pieces.ts';
import { contentOf } from '../tar/tree.ts';

/** Writes all of `input` as a caller should, and gives back what came out. */
async function compressed(
  input: Buffer,
  sizes: readonly number[],
  options: Omit<ParallelGzipOptions, 'output'>,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let isBusy = false;
  const output = async (bytes: Uint8Array) => {
    expect(isBusy).toBe(false);
    isBusy = true;
    if (pieces.length % 2 === 0) await nextTurn();
    pieces.push(Buffer.from(bytes));
    isBusy = false;
  };
  const gzip = new ParallelGzip({ ...options, output });
  try {
    for (const piece of lentPieces(input, sizes)) {
      gzip.write(piece);
      if (gzip.isFull) await gzip.ready();
    }
    await gzip.end();
  } finally {
    await gzip.close();
  }
  return Buffer.concat(pieces);
}

/** Holds where the file is what RFC 1952 says one member is, and nothing comes after it. */
function expectOneMember(file: Buffer, input: Buffer): void {
  expect(file.subarray(0, 4)).toEqual(Buffer.of(0x1f, 0x8b, 8, 0));
  const { buffer, engine } = inflateRawSync(file.subarray(10), { info: true }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  expect(buffer.equals(input)).toBe(true);
  const trailer = file.subarray(10 + engine.bytesWritten);
  expect(trailer).toHaveLength(8);
  expect(trailer.readUInt32LE(0)).toBe(crc32(input));
  expect(trailer.readUInt32LE(4)).toBe(input.length);
}

const KiB = 1024;

/** Block sizes around the 32 KiB that deflate looks back, each with the longest input to be tried. */
const blockSizes = fc.constantFrom<readonly [size: number, longest: number]>(
  [1, 50],
  [7, 500],
  [31 * KiB, 200 * KiB],
  [32 * KiB - 1, 200 * KiB],
  [32 * KiB, 200 * KiB],
  [32 * KiB + 1, 200 * KiB],
  [33 * KiB, 200 * KiB],
  [64 * KiB, 300 * KiB],
  [KiB * KiB, 2_500_000],
);

const anyInput = blockSizes.chain(([size, longest]) => {
  const length = fc.oneof(
    fc.nat(longest),
    fc.nat(Math.floor(longest / size)).map((blocks) => blocks * size),
  );
  return fc.record({
    blockSize: fc.constant(size),
    content: fc.record({ size: length, seed: fc.nat(99), compressible: fc.boolean() }),
    sizes: fc.oneof(
      fc.constant([size]),
      fc.constant([size - 1 || 1, 1, size + 1]),
      fc.array(fc.integer({ min: 1, max: Math.ceil(longest / 3) }), { minLength: 1, maxLength: 4 }),
    ),
    level: fc.integer({ min: 1, max: 9 }),
  });
});

describe('a gzip file', () => {
  test('is one member that gzip finds whole, wherever its blocks end and its pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyInput, async ({ content, sizes, ...options }) => {
        const input = contentOf(content);
        const file = await compressed(input, sizes, options);
        expectOneMember(file, input);
        expect(gunzipSync(file).equals(input)).toBe(true);
        execFileSync('gzip', ['-t'], { input: file, stdio: 'pipe' });
      }),
      { numRuns: 40 },
    );
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'is small where blocks are alike (level %d)',
    async (level) => {
      const size = 20 * KiB;
      const page = contentOf({ size, seed: level, compressible: false });
      const input = Buffer.concat(Array.from({ length: 20 }, () => page));
      const file = await compressed(input, [9999], { level, blockSize: size });
      expectOneMember(file, input);
      expect(file.length).toBeLessThan(2 * size);
    },
  );

  test.each([
    ['1 MiB', KiB * KiB, 1],
    ['1 MiB', KiB * KiB, 9],
    ['4 MiB', 4 * KiB * KiB, 5],
  ])('is whole where nothing can be made smaller, in blocks of %s', async (_, blockSize, level) => {
    const input = contentOf({ size: 9_000_000, seed: level, compressible: false });
    const file = await compressed(input, [65_536], { level, blockSize });
    expectOneMember(file, input);
    expect(file.length).toBeLessThan(1.003 * input.length);
  });

  test('may be of nothing', async () => {
    const file = await compressed(Buffer.alloc(0), [1], { level: 6 });
    expectOneMember(file, Buffer.alloc(0));
    execFileSync('gzip', ['-t'], { input: file, stdio: 'pipe' });
  });

  test('is the same for the same bytes, in whatever pieces they come', async () => {
    const content = { size: 300_000, seed: 1, compressible: true };
    const input = Buffer.concat([contentOf(content), contentOf({ ...content, seed: 2 })]);
    const options = { level: 6, blockSize: 50_000 };
    const whole = await compressed(input, [input.length], options);
    for (const sizes of [[1000], [50_000], [49_999, 1, 77_777]]) {
      expect((await compressed(input, sizes, options)).equals(whole)).toBe(true);
    }
  });
});

describe('a gzip file that cannot be written', { timeout: 20_000 }, () => {
  const failure = new Error('the disk is full');

  /** Fails from its n-th piece on. */
  function failingOutput(from: number) {
    let pieces = 0;
    return async () => {
      await nextTurn();
      if (pieces++ >= from) throw failure;
    };
  }

  test.each([0, 1, 2, 5, 30])('stops who writes it (from piece %d)', async (from) => {
    const gzip = new ParallelGzip({ level: 1, blockSize: 1000, output: failingOutput(from) });
    const input = contentOf({ size: 1_000_000, seed: 1, compressible: false });
    let written = 0;
    const writing = (async () => {
      for (const piece of lentPieces(input, [1000])) {
        gzip.write(piece);
        written += piece.length;
        if (gzip.isFull) await gzip.ready();
      }
    })();
    await expect(writing).rejects.toBe(failure);
    // It is not found out after all has been compressed for nothing.
    expect(written).toBeLessThan(input.length / 2);
    await expect(gzip.end()).rejects.toBe(failure);
    await gzip.close();
  });

  test.each([0, 1, 2, 3])('is an error at its end (from piece %d)', async (from) => {
    const gzip = new ParallelGzip({ level: 1, blockSize: 1000, output: failingOutput(from) });
    gzip.write(Buffer.alloc(2000));
    await expect(gzip.end()).rejects.toBe(failure);
    await gzip.close();
  });

  test('is no unhandled failure where nobody waits for it any more', async () => {
    const gzip = new ParallelGzip({ level: 1, blockSize: 1000, output: failingOutput(0) });
    for (let block = 0; block < 10; block++) gzip.write(Buffer.alloc(1000));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    await gzip.close();
  });
});

describe('a gzip file that is given up', () => {
  /** Begins one in a process of its own, which cannot end while a thread of it is left. */
  function runProgram(body: string) {
    const module = join(import.meta.dirname, '../../src/slug/parallel-gzip.ts');
    const program = `
      import { setTimeout } from 'node:timers/promises';
      import { ParallelGzip } from ${JSON.stringify(module)};
      const output = async () => {};
      const failing = async () => { throw new Error('no room'); };
      const start = (output) => new ParallelGzip({ level: 9, output });
      ${body}
      process.stdout.write('closed');
    `;
    return spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      timeout: 30_000,
    });
  }

  test('does not end the process, at whatever moment it comes', () => {
    // Node aborts where a thread is ended while it makes a zlib stream.
    const body = `
      for (let round = 0; round < 50; round++) {
        const gzip = new ParallelGzip({ level: 1, blockSize: 10, output });
        for (let block = 0; block < 2000; block++) gzip.write(Buffer.alloc(10, block));
        await setTimeout(30 + round);
        await gzip.close();
      }
    `;
    expect(runProgram(body)).toMatchObject({ status: 0, stdout: 'closed', stderr: '' });
  });

  const write = 'const gzip = start(output); gzip.write(Buffer.alloc(20e6, "text"));';

  test.each([
    ['before anything was written', 'await start(output).close();'],
    ['in the middle', `${write} await gzip.close();`],
    ['at its end', `${write} await gzip.end(); await gzip.close();`],
    ['twice', `${write} await gzip.close(); await gzip.close();`],
    [
      'after an error',
      'const gzip = start(failing); gzip.write(Buffer.alloc(5e6)); await gzip.end().catch(() => {}); await gzip.close();',
    ],
  ])('leaves no thread: %s', (_, body) => {
    expect(runProgram(body)).toMatchObject({ status: 0, stdout: 'closed', stderr: '' });
  });
});
