//go:build ignore

// A tool for developers: it is never built, and its import is not to be had.
package main

import "example.com/not-there"

func main() { nothere.Generate() }
