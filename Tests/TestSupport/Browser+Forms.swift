// What a person does with a form: sees what it carries, and sends it.

import Foundation

extension Browser.Page {
    /// Names and values of the page's hidden inputs, in order, with those of every form.
    package var hiddenInputs: [(String, String)] {
        var inputs: [(String, String)] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "<input type=\"hidden\" name=\"") {
            rest = rest[start.upperBound...]
            let name = rest.prefix { $0 != "\"" }
            guard let value = rest.firstRange(of: "value=\"") else { break }
            rest = rest[value.upperBound...]
            inputs.append((Self.unescaped(name), Self.unescaped(rest.prefix { $0 != "\"" })))
        }
        return inputs
    }

    package func hidden(_ name: String) -> String? {
        hiddenInputs.first { $0.0 == name }?.1
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
            .replacing("&amp;", with: "&")
    }
}

extension Browser {
    /// Fills in the sign-in form and sends it.
    package func signIn(_ email: String, _ password: String = TestApp.password, to: String? = nil) -> Page {
        let token = self.get("/sign-in").csrf ?? ""
        return post("/sign-in", [("csrf", token), ("email", email), ("password", password)] + (to.map { [("to", $0)] } ?? []))
    }
}
