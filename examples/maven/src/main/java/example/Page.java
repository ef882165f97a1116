package example;

import java.util.Map;
import java.util.stream.Collectors;

/** An HTML page with one table: what the app found around itself. */
final class Page {

  private Page() {}

  static String of(Map<String, String> facts) {
    String rows =
        facts.entrySet().stream()
            .map(fact -> row(fact.getKey(), fact.getValue()))
            .collect(Collectors.joining("\n      "));
    return """
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
              %s
            </table>
          </body>
        </html>
        """
        .formatted(rows);
  }

  private static String row(String name, String value) {
    return "<tr><th>%s</th><td>%s</td></tr>".formatted(escape(name), escape(value));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
