// `hookswitch demo` belongs here; until it is written there is no such verb. To add it: a command in this file, like those beside it,
// that fills the data folder with `options.withApplication { … }` and prints on standard output how to sign in, and its type below.

import ArgumentParser

let demoCommands: [any ParsableCommand.Type] = []
