package main

import (
	"html/template"
	"io"
	"log"

	"github.com/dustin/go-humanize/english"
)

// A fact is a row of the page.
type fact struct {
	Name, Value string
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
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
      {{range .}}<tr><th>{{.Name}}</th><td>{{.Value}}</td></tr>
      {{end}}
    </table>
  </body>
</html>
`))

// writePage writes an HTML page with one table: what the app found around itself.
func writePage(writer io.Writer, facts []fact) {
	if err := page.Execute(writer, facts); err != nil {
		log.Print(err)
	}
}

func number(count int) string {
	return english.Plural(count, "processor", "")
}
