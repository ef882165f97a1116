import { filesize } from 'filesize';
import { printableName } from '../printable.ts';
import type { Slug } from '../slug/create-slug.ts';
import type { FolderSize } from '../slug/folder-sizes.ts';

/** Slices that can be told apart, and rows that are read. */
const shownFolders = 8;

/** A part of a slug with its share of all. */
export interface SlugPart {
  readonly path: string;
  /** Bytes before compression. */
  readonly bytes: number;
  /** Of all bytes, from 0 to 1. */
  readonly share: number;
}

/** The largest folders and dependencies of a slug, and the rest of it as one. */
export function slugParts({ folders, unpackedBytes }: Slug): SlugPart[] {
  const largest = folders.slice(0, shownFolders);
  const rest = folders.slice(shownFolders);
  const all: Pick<FolderSize, 'path' | 'bytes'>[] =
    rest.length === 0 ? largest : [...largest, { path: `${rest.length} others`, bytes: sum(rest) }];
  return all
    .filter(({ bytes }) => bytes > 0)
    .map(({ path, bytes }) => ({ path, bytes, share: bytes / unpackedBytes }));
}

/**
 * The parts as a pie in Mermaid's language, which GitHub draws
 * (https://mermaid.js.org/syntax/pie.html, https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams).
 */
export function slugPie(parts: readonly SlugPart[]): string {
  const slices = parts.map(({ path, bytes }) => `  "${label(path)}" : ${megabytes(bytes)}`);
  return ['pie showData title MB before compression', ...slices].join('\n');
}

/**
 * A folder's name is the app's own text: nothing in it may end the label, the line or the block, or
 * be a directive (`%%{…}%%`) or a tag.
 */
function label(path: string): string {
  return printableName(path).replaceAll(/["`{}<>]/g, '?');
}

/** Mermaid takes no zero. */
function megabytes(bytes: number): string {
  return Math.max(bytes / 1e6, 0.01).toFixed(2);
}

/** What became of the slug's size since the release before: `+1.2 MB (+3 %)`. */
export function sizeChange(bytes: number, bytesBefore: number): string {
  const difference = bytes - bytesBefore;
  if (difference === 0) return 'as before';
  const sign = difference > 0 ? '+' : '−';
  const percent = Math.round((100 * Math.abs(difference)) / Math.max(bytesBefore, 1));
  return `${sign}${filesize(Math.abs(difference))} (${sign}${percent} %)`;
}

function sum(folders: readonly FolderSize[]): number {
  return folders.reduce((total, { bytes }) => total + bytes, 0);
}
