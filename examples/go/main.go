// A web app as Heroku's users have them: no Dockerfile, a few modules, no Procfile.
package main

import (
	"cmp"
	"log"
	"net/http"
	"os"
	"runtime"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func main() {
	router := chi.NewRouter()
	router.Use(middleware.Recoverer, middleware.Compress(5))
	router.Get("/", home)

	port := cmp.Or(os.Getenv("PORT"), "3000")
	log.Printf("Listening on port %s", port)
	log.Fatal(http.ListenAndServe(":"+port, router))
}

func home(response http.ResponseWriter, _ *http.Request) {
	writePage(response, []fact{
		{"Go", runtime.Version()},
		{"Processors", number(runtime.GOMAXPROCS(0))},
		{"Dyno", cmp.Or(os.Getenv("DYNO"), "none")},
		{"Greeting", cmp.Or(os.Getenv("GREETING"), "none; try: heroku config:set GREETING=hello")},
	})
}
