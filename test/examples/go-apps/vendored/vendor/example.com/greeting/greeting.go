// Package greeting is a module that no proxy has: it is nowhere but here.
package greeting

const Text = "a module from vendor"
