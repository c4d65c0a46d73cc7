// `hookswitch demo`: fills an empty data folder with two believable accounts, and says who can sign in.

import ArgumentParser
import Features

let demoCommands: [any ParsableCommand.Type] = [DemoCommand.self]

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Fill an empty data folder with two accounts to look around in.",
        discussion: "For looking, not for business: everybody in it has the same password.")

    @OptionGroup var options: DataOptions

    func run() async throws {
        try await options.withApplication { application in
            do {
                try Demo(application.app).fill()
            } catch let error as Demo.NotEmpty {
                throw VerbFailure(.data, error.description)
            }
        }
        Terminal.print("Sign in with the password “\(Demo.password)” as")
        for person in Demo.signIns { Terminal.print("  \(person.email)  \(person.who)") }
    }
}
