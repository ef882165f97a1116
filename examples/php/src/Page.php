<?php

declare(strict_types=1);

namespace App;

/** An HTML page with one table: what the app found around itself. */
final class Page
{
    /** @param array<string, string> $facts */
    public function __construct(private readonly array $facts)
    {
    }

    public function __toString(): string
    {
        $rows = implode("\n      ", array_map(self::row(...), array_keys($this->facts), $this->facts));

        return <<<HTML
            <!doctype html>
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
                  {$rows}
                </table>
              </body>
            </html>

            HTML;
    }

    private static function row(string $name, string $value): string
    {
        return sprintf('<tr><th>%s</th><td>%s</td></tr>', htmlspecialchars($name), htmlspecialchars($value));
    }
}
