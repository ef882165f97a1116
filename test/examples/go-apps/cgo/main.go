package main

// #include <gnu/libc-version.h>
import "C"

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "It runs with glibc", C.GoString(C.gnu_get_libc_version()))
	})
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
