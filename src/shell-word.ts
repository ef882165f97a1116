/** A text as one word of the shell's language that stands for exactly this text (POSIX, "Single-Quotes"). */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
