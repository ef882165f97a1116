package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/greeting"
)

// The build sets it.
var revision = "unknown"

func main() {
	http.HandleFunc("/", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(response, "It runs with %s, revision %s\n", greeting.Text, revision)
	})
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
