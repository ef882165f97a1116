import scalatags.Text.all.*
import scalatags.Text.tags2.{style, title}

/** An HTML page with one table: what the app found around itself. */
def page(facts: Seq[(String, String)]): doctype =
  doctype("html")(
    html(
      lang := "en",
      head(
        meta(charset := "utf-8"),
        title("It runs"),
        style("""
      body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 36rem; }
      th { text-align: left; padding-right: 2rem; }
    """),
      ),
      body(
        h1("It runs"),
        table(for (fact, found) <- facts yield tr(th(fact), td(found))),
      ),
    )
  )
