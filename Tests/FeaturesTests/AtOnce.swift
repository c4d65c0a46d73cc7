// Forms that are sent in the same instant, by browsers that are signed in as one.

import Dispatch
import HTTP
import HTTPTypes
import Synchronization
import TestSupport
import Web

struct Post: Sendable {
    let path: String
    let form: [(String, String)]

    init(_ path: String, _ form: [(String, String)] = []) {
        (self.path, self.form) = (path, form)
    }
}

extension TestApp {
    /// Statuses and places of the answers, in no order.
    func sendAtOnce(_ posts: [Post], as browser: Browser) -> [(status: Int, location: String?)] {
        let token = browser.get("/me").csrf ?? ""
        let cookies = browser.cookies
        let answers = Mutex<[(status: Int, location: String?)]>([])
        DispatchQueue.concurrentPerform(iterations: posts.count) { index in
            guard let browser = try? self.browser() else { return }
            browser.cookies = cookies
            let page = browser.post(posts[index].path, posts[index].form.filter { $0.0 != "csrf" } + [("csrf", token)])
            answers.withLock { $0.append((page.status, page.location)) }
        }
        return answers.withLock { $0 }
    }
}
