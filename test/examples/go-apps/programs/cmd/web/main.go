package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/greeting"
	"rsc.io/quote"
)

func main() {
	http.HandleFunc("/", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(response, "%s: %s\n", greeting.Text, quote.Go())
	})
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
