// The addresses read lately: a receiver is called again and again, and reading its address costs as much as half a post.

/// Lives on the loop's thread.
struct CheckedTargets {
    /// Some hundred bytes each; more receivers than that are simply read again.
    private static let limit = 1024

    private var targets: [String: Target] = [:]
    private var policy = AddressPolicy()

    /// What the policy takes the request's address for; nothing that was read under another policy is used.
    mutating func target(_ request: OutgoingRequest, policy: AddressPolicy) throws(TransferRefusal) -> Target {
        let url = request.url
        if request.hasContentInURL {
            do throws(TargetProblem) {
                return try policy.parsed(target: url, upTo: AddressPolicy.maximumLengthWithContent)
            } catch {
                throw TransferRefusal(error)
            }
        }
        if policy != self.policy || targets.count >= Self.limit {
            targets.removeAll(keepingCapacity: true)
            self.policy = policy
        }
        // Swift takes strings for equal that differ in bytes ("é" has two spellings), and a receiver may not: ASCII only.
        let isASCII = url.utf8.allSatisfy { $0 < 0x80 }
        if isASCII, let target = targets[url] { return target }
        do throws(TargetProblem) {
            let target = try policy.parsed(target: url)
            if isASCII { targets[url] = target }
            return target
        } catch {
            throw TransferRefusal(error)
        }
    }
}

extension TransferRefusal {
    init(_ problem: TargetProblem) {
        switch problem {
        case .address: self.init(fault: .policy, detail: "The address of the receiver is not allowed.")
        case .scheme: self.init(fault: .policy, detail: "The scheme of the address is not allowed.")
        case .port: self.init(fault: .policy, detail: "The port of the address is not allowed.")
        case .userInfo: self.init(fault: .policy, detail: "An address with user information is not allowed.")
        case .tooLong, .notURL, .host: self.init(fault: .ours, detail: "The address is not a URL that can be called.")
        }
    }
}
