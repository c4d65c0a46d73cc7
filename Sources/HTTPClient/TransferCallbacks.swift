// Where libcurl calls back: each function finds its transfer and decides; none may throw, block or trap.
import CCurl
import Glibc

enum TransferCallbacks {
    private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The gate: an address is judged when its socket is made, after the resolver, so that no name can lie about it.
    static let openSocket: ccurl_socket_callback = { context, purpose, address in
        let refuse = curl_socket_t(-1)  // CURL_SOCKET_BAD
        guard let transfer = transfer(context), let address, purpose == CURLSOCKTYPE_IPCXN,
            let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
        else { return refuse }
        // `addr` is declared as the short sockaddr, with the memory of the long ones behind it.
        let start = UnsafeRawPointer(address).advanced(by: offset)
        guard let ip = IPAddress(socketAddress: start, length: Int(address.pointee.addrlen)) else { return refuse }
        guard transfer.policy.permits(ip) else {
            transfer.refused = ip
            return refuse
        }
        transfer.hasOpenedSocket = true
        let opened = socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
        if opened >= 0 { transfer.sockets.didOpen(opened) }
        return opened
    }

    /// With the watch for a context: connections outlive the transfer that opened them.
    static let closeSocket: ccurl_close_callback = { watch, socket in
        if let watch { Unmanaged<SocketWatch>.fromOpaque(watch).takeUnretainedValue().willClose(socket) }
        return close(socket)
    }

    /// Again right before the request, when the connection may be a kept one, made under another policy.
    static let beforeRequest: ccurl_prereq_callback = { context, remote, _, _, _ in
        guard let transfer = transfer(context), let remote else { return CURL_PREREQFUNC_ABORT }
        let ip = IPAddress(String(cString: remote))
        guard let ip, transfer.policy.permits(ip) else {
            transfer.refused = ip
            transfer.wasRefusedBeforeRequest = true
            return CURL_PREREQFUNC_ABORT
        }
        transfer.hasBegun = true
        return CURL_PREREQFUNC_OK
    }

    /// One line of head at a time, trailers included.
    static let headLine: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = transfer(context), let bytes else { return 0 }
        let length = size &* count
        transfer.head.append(UnsafeRawBufferPointer(start: bytes, count: length))
        guard transfer.head.received <= HTTPClient.headLimit else {
            transfer.isTooLarge = true
            return 0
        }
        return length
    }

    /// libcurl 7.88.1 does not hold a chunked body against MAXFILESIZE: the bytes are counted here.
    static let bodyBytes: ccurl_data_callback = { bytes, size, count, context in
        guard let transfer = transfer(context), let bytes else { return 0 }
        let length = size &* count
        transfer.received += length
        let room = transfer.bodyCap - transfer.body.count
        if room > 0 { transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: min(room, length))) }
        guard transfer.received <= HTTPClient.receiveLimit else {
            transfer.isTooLarge = true
            return 0
        }
        return length
    }
}
