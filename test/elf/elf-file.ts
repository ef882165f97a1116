/** What a {@link elfFile} is made of. */
export interface ElfOptions {
  readonly needed?: readonly string[];
  readonly searchPath?: string;
  readonly oldSearchPath?: string;
  readonly ownName?: string;
  readonly hasLoader?: boolean;
  /** Its parts in the order in which they are in the file. */
  readonly order?: readonly Part[];
  /** Bytes of nothing before each part. */
  readonly gap?: number;
  /** Bytes of the file, if it is to be longer than its parts. */
  readonly size?: number;
}

export type Part = 'segments' | 'dynamic' | 'strings';

/** Where a file of this machine's is in memory. */
const base = 0x400000;

/** Writes an ELF file for x86-64 Linux, with its parts wherever one likes. */
export function elfFile(options: ElfOptions): Buffer {
  const { order = ['segments', 'strings', 'dynamic'], gap = 0 } = options;
  const strings = stringTable();
  const entries = [
    ...(options.needed ?? []).map((name) => [1, strings.add(name)] as const),
    ...[options.ownName].flatMap((name) => (name === undefined ? [] : [[14, strings.add(name)]])),
    ...[options.oldSearchPath].flatMap((path) =>
      path === undefined ? [] : [[15, strings.add(path)]],
    ),
    ...[options.searchPath].flatMap((path) =>
      path === undefined ? [] : [[29, strings.add(path)]],
    ),
  ] as [number, number][];
  const text = strings.bytes();
  const segmentCount = options.hasLoader ? 3 : 2;
  const sizes = {
    segments: segmentCount * 56,
    dynamic: (entries.length + 3) * 16,
    strings: text.length,
  };
  const places = placesOf(order, sizes, gap);
  const file = Buffer.alloc(Math.max(options.size ?? 0, places.end));

  Buffer.from('\x7fELF\x02\x01\x01\x00', 'latin1').copy(file);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(62, 18);
  file.writeBigUInt64LE(BigInt(places.segments), 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(segmentCount, 56);

  writeSegment(file, places.segments, 1, 0, file.length);
  writeSegment(file, places.segments + 56, 2, places.dynamic, sizes.dynamic);
  if (options.hasLoader) writeSegment(file, places.segments + 112, 3, 0, 1);
  entries.push([5, base + places.strings], [10, text.length], [0, 0]);
  for (const [index, [tag, value]] of entries.entries()) {
    file.writeBigUInt64LE(BigInt(tag), places.dynamic + index * 16);
    file.writeBigUInt64LE(BigInt(value), places.dynamic + index * 16 + 8);
  }
  text.copy(file, places.strings);
  return file;
}

function stringTable() {
  const parts = [Buffer.alloc(1)];
  let length = 1;
  return {
    add(text: string): number {
      const place = length;
      const bytes = Buffer.from(`${text}\0`);
      parts.push(bytes);
      length += bytes.length;
      return place;
    },
    bytes: () => Buffer.concat(parts),
  };
}

function placesOf(order: readonly Part[], sizes: Record<Part, number>, gap: number) {
  const places = { segments: 0, dynamic: 0, strings: 0, end: 64 };
  for (const part of order) {
    places[part] = places.end + gap;
    places.end = places[part] + sizes[part];
  }
  return places;
}

function writeSegment(file: Buffer, at: number, type: number, offset: number, size: number): void {
  file.writeUInt32LE(type, at);
  file.writeBigUInt64LE(BigInt(offset), at + 8);
  file.writeBigUInt64LE(BigInt(base + offset), at + 16);
  file.writeBigUInt64LE(BigInt(size), at + 32);
}
