// Package greeting is a module of its own that is part of the app.
package greeting

const Text = "It runs"
