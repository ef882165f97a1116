import { printableName } from '../printable.ts';

/** Something that the image has, or the Dockerfile says, and that will not hold on a dyno. */
export interface Loss {
  /** What, and how to mend it. */
  readonly message: string;
  /** The Dockerfile's line that is to blame; `undefined` where none is known. */
  readonly line: number | undefined;
}

/** `a`, `a and b`, `a, b and 3 more`; names of files may hold anything. */
export function listed(names: readonly string[], shown = 2): string {
  const more = names.length - shown;
  const printable = names.map(printableName);
  const parts = more > 0 ? [...printable.slice(0, shown), `${more} more`] : printable;
  const last = parts.at(-1) ?? '';
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last;
}
