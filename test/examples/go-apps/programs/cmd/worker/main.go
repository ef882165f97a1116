// Command worker is the app's second process type.
package main

import (
	"log"
	"time"
)

func main() {
	for {
		log.Print("Nothing to do")
		time.Sleep(time.Minute)
	}
}
