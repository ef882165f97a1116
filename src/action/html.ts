import { printable } from '../printable.ts';

/**
 * Text for the job's summary, which is HTML in Markdown. A line break would end the HTML where an
 * empty line follows, and Markdown would read what comes after it.
 */
export function escapeHtml(text: string): string {
  return printable(text, { colours: false })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\n+/g, '<br>');
}

/** The same, set as code. */
export function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

/** The same as a block that keeps its line breaks, none of which is one to Markdown. */
export function block(text: string): string {
  const lines = text.split(/\r\n|[\r\n]/).map(escapeHtml);
  return `<pre>${lines.join('&#10;')}</pre>`;
}
