using System.Net;

namespace Example;

/// <summary>An HTML page with one table: what the app found around itself.</summary>
public static class Page
{
    public static string Of(IReadOnlyDictionary<string, string> facts)
    {
        var rows = string.Join("\n      ", facts.Select(fact =>
            $"<tr><th>{WebUtility.HtmlEncode(fact.Key)}</th><td>{WebUtility.HtmlEncode(fact.Value)}</td></tr>"));
        return $$"""
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
                  {{rows}}
                </table>
              </body>
            </html>

            """;
    }
}
