// What a caller wants sent: a value, complete before it reaches the client's thread.

/// One HTTP request to send.
package struct OutgoingRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Signature Version 4 of AWS, made by libcurl over the body and all `fields`.
    package struct AWSSignature: Sendable {
        package var region: String
        package var service: String
        package var accessKey: String
        package var secretKey: String

        package init(region: String, service: String, accessKey: String, secretKey: String) {
            self.region = region
            self.service = service
            self.accessKey = accessKey
            self.secretKey = secretKey
        }
    }

    package var method: Method
    package var url: String
    /// The address has what is said in it, as to a provider that takes GET parameters: it may be long, and is not remembered.
    package var hasContentInURL: Bool
    /// In the order they are sent. A name or value that could break the head (CR, LF, NUL, a name that is no token,
    /// or one that frames the message) ends the transfer with `TransferFault.ours` before anything is sent.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// From the start to the connection, TLS included.
    package var connectTimeout: Duration
    /// From the start to the last byte of the body. Counted from when the transfer starts, not from `send`.
    package var totalTimeout: Duration
    /// Bytes of the response's body to keep. A longer one is read on to `HTTPClient.receiveLimit`, and dropped.
    package var bodyCap: Int
    package var awsSigV4: AWSSignature?
    /// A PEM file of the authorities to trust instead of the system's.
    package var caFile: String?

    package init(
        method: Method = .post, url: String, hasContentInURL: Bool = false, fields: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        connectTimeout: Duration = .seconds(5), totalTimeout: Duration = .seconds(15), bodyCap: Int = 16 * 1024,
        awsSigV4: AWSSignature? = nil, caFile: String? = nil
    ) {
        self.method = method
        self.url = url
        self.hasContentInURL = hasContentInURL
        self.fields = fields
        self.body = body
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.bodyCap = bodyCap
        self.awsSigV4 = awsSigV4
        self.caFile = caFile
    }
}
