// Every fault of a template is found when the process starts; this is how it is reported to the person who can fix it.

/// A fault in a template, found when it is loaded or compiled, never when a page is rendered.
package struct TemplateError: Error, Equatable, CustomStringConvertible {
    /// The template that holds the fault, as the library names it (`retention/show`), which may be a partial of the one compiled.
    package let template: String
    /// The line of the tag, counted from 1; 0 where the fault has no line (a template that does not exist).
    package let line: Int
    /// What is wrong, in words.
    package let message: String

    package init(template: String, line: Int, message: String) {
        self.template = template
        self.line = line
        self.message = message
    }

    package var description: String {
        line > 0 ? "\(template):\(line): \(message)" : "\(template): \(message)"
    }
}

/// Where a tag stands, for errors.
struct Position: Sendable, Equatable {
    let template: String
    let line: Int

    func error(_ message: String) -> TemplateError {
        TemplateError(template: template, line: line, message: message)
    }
}
