/** Longer lines are told in pieces: a log without line feeds must not fill the memory. */
const longestLine = 64 * 1024;

/** Makes lines of bytes that come in pieces, however these are cut. Both LF and CRLF end a line. */
export class LogLines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Uint8Array): void {
    this.#add(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What has come so far without a line feed is a line as well. */
  end(): void {
    this.#add(this.#decoder.decode());
    if (this.#rest !== '') this.#tell(this.#rest);
    this.#rest = '';
  }

  #add(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#tell(line);
    // One more than a line may have, since that may be the carriage return of its end.
    while (this.#rest.length > longestLine + 1) {
      const piece = firstPiece(this.#rest);
      this.#onLine(piece);
      this.#rest = this.#rest.slice(piece.length);
    }
  }

  #tell(line: string): void {
    let rest = line.endsWith('\r') ? line.slice(0, -1) : line;
    while (rest.length > longestLine) {
      const piece = firstPiece(rest);
      this.#onLine(piece);
      rest = rest.slice(piece.length);
    }
    this.#onLine(rest);
  }
}

/** As much as a line may have, with no character cut in two. */
function firstPiece(line: string): string {
  const last = line.charCodeAt(longestLine - 1);
  const isFirstHalf = last >= 0xd800 && last <= 0xdbff;
  return line.slice(0, isFirstHalf ? longestLine - 1 : longestLine);
}
