import type { Readable } from 'node:stream';

/** Characters of a line that are kept: whoever writes without end must not fill the memory. */
const longestLine = 65_536;

/**
 * Calls `onLine` with each line of a stream of UTF-8 as it is complete, and with the rest at the
 * stream's end. A line ends with a line feed, a carriage return or both. Of a line above 65,536
 * characters the rest is left out.
 */
export function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  let line = '';
  let afterReturn = false;
  const keep = (text: string) => {
    line += text.slice(0, longestLine - line.length);
  };
  const take = (text: string) => {
    const [first = '', ...more] = text.split(/\r\n|\r|\n/);
    keep(first);
    for (const next of more) {
      onLine(line);
      line = '';
      keep(next);
    }
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    take(afterReturn && text.startsWith('\n') ? text.slice(1) : text);
    afterReturn = text.endsWith('\r');
  });
  stream.on('end', () => {
    if (line !== '') onLine(line);
  });
}
