/** An HTML page with one table: what the app found around itself. */
export function page(facts: Record<string, string>): string {
  const rows = Object.entries(facts)
    .map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('\n      ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>It runs</title>
    <style>
      body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 36rem; }
      th { text-align: left; padding-right: 2rem; }
    </style>
  </head>
  <body>
    <h1>It runs</h1>
    <table>
      ${rows}
    </table>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
