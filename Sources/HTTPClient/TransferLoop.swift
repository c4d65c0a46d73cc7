// The client's thread: takes requests in, keeps libcurl's multi handle turning, gives results out.
import CCurl
import Glibc
import Synchronization
import Threading

/// `@unchecked`: the multi handle, the easy handles and what is marked so below are touched by the loop's own thread
/// only; `sockets` is also woken from any.
final class TransferLoop: @unchecked Sendable {
    private struct Shared {
        var inbox: [TransferJob] = []
        var policy: AddressPolicy
        var isWaiting = false  // so that a wakeup is spent only when the thread sleeps
        var isStopping = false
        var isClosed = false
        var thread: pthread_t?
    }

    private static let maximumBegun = 256
    /// In milliseconds.
    private static let maximumWait = 60_000

    private let shared: Mutex<Shared>
    private let multi: UnsafeMutableRawPointer?
    private let sockets = SocketWatch()
    private let userAgent: String
    private let maximumTransfers: Int

    // The loop's thread only.
    private var waiting: [TransferJob] = []
    private var waitingStart = 0
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idle: [Transfer] = []
    private var targets = CheckedTargets()
    /// Of what is taken in.
    private var policy: AddressPolicy

    init(policy: AddressPolicy, userAgent: String, maximumTransfers: Int) {
        shared = Mutex(Shared(policy: policy))
        self.policy = policy
        self.userAgent = userAgent
        self.maximumTransfers = maximumTransfers
        multi = CurlLibrary.isReady && sockets != nil ? curl_multi_init() : nil
        if let multi { sockets?.attach(to: multi) }
        // Kept connections only: how many transfers run is bounded here, since libcurl's own queue counts waiting as time used.
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Int(maximumTransfers))
        start()
    }

    var currentPolicy: AddressPolicy {
        get { shared.withLock { $0.policy } }
        set { shared.withLock { $0.policy = newValue } }
    }

    var isCurrentThread: Bool {
        shared.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    func submit(_ job: TransferJob) {
        let (isTaken, mustWake) = shared.withLock { shared in
            guard !shared.isStopping, !shared.isClosed else { return (false, false) }
            shared.inbox.append(job)
            defer { shared.isWaiting = false }
            return (true, shared.isWaiting)
        }
        // Outside the lock, for which the loop would otherwise have to wait at once.
        if mustWake { sockets?.wake() }
        if !isTaken { job.completion(Self.stopped) }
    }

    /// Safe to call again, from any thread; a call from the loop's own thread does not wait for it.
    func stop(joining: Bool) {
        let thread = shared.withLock { shared -> pthread_t? in
            shared.isStopping = true
            guard let thread = shared.thread else { return nil }
            if joining, pthread_equal(thread, pthread_self()) != 0 { return nil }
            shared.thread = nil
            return thread
        }
        sockets?.wake()
        guard let thread else { return }
        if joining { pthread_join(thread, nil) } else { pthread_detach(thread) }
    }

    private static let stopped = TransferResult(fault: .ours, detail: "The client was stopped before the request was sent.")

    private func start() {
        shared.withLock { shared in
            shared.thread = multi == nil ? nil : try? OwnThread.startJoinable("transfers") { self.run() }
            shared.isClosed = shared.thread == nil
        }
    }

    // MARK: The loop's thread

    private func run() {
        guard let multi, let sockets else { return }
        while takeIn() {
            startWaiting()
            sockets.actOnTime(multi)
            giveOut()
            let mayWait = shared.withLock { shared in
                guard shared.inbox.isEmpty, !shared.isStopping else { return false }
                shared.isWaiting = true
                return true
            }
            let hasBegunAll = waitingStart == waiting.count || running.count >= maximumTransfers
            sockets.act(multi, within: mayWait && hasBegunAll ? Self.maximumWait : 0)
            giveOut()
        }
        close()
    }

    private func takeIn() -> Bool {
        shared.withLock { shared in
            shared.isWaiting = false
            policy = shared.policy
            if waitingStart == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                waitingStart = 0
                swap(&waiting, &shared.inbox)
            } else {
                // Those that have begun must go also when others wait all the time.
                if waitingStart >= Self.maximumBegun {
                    waiting.removeFirst(waitingStart)
                    waitingStart = 0
                }
                waiting.append(contentsOf: shared.inbox)
                shared.inbox.removeAll(keepingCapacity: true)
            }
            return !shared.isStopping
        }
    }

    private func startWaiting() {
        guard let sockets else { return }
        while waitingStart < waiting.count, running.count < maximumTransfers {
            let job = waiting[waitingStart]
            waitingStart += 1
            guard let transfer = idle.popLast() ?? Transfer(userAgent: userAgent, sockets: sockets) else {
                job.completion(TransferResult(fault: .ours, detail: "libcurl gave no handle."))
                continue
            }
            do throws(TransferRefusal) {
                try transfer.begin(job, target: targets.target(job.request, policy: policy), policy: policy)
            } catch {
                idle.append(transfer)
                job.completion(TransferResult(fault: error.fault, detail: error.detail))
                continue
            }
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                transfer.end()
                job.completion(TransferResult(fault: .ours, detail: "libcurl did not take the transfer."))
                continue
            }
            running[transfer.easy] = transfer
        }
    }

    private func giveOut() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = ccurl_message_result(message)  // gone once the handle is removed
            guard let transfer = running.removeValue(forKey: easy) else { continue }
            let result = transfer.result(of: code)
            curl_multi_remove_handle(multi, easy)
            let completion = transfer.end()
            // A burst needs not be kept in memory for ever: an idle handle holds some 20 KB.
            if idle.count < 64 { idle.append(transfer) }
            completion?(result)
        }
    }

    private func close() {
        let unknown = TransferResult(fault: .unknown, detail: "The client was stopped while the transfer ran.")
        for (easy, transfer) in running {
            curl_multi_remove_handle(multi, easy)
            transfer.end()?(unknown)
        }
        running.removeAll()
        idle.removeAll()
        let left = shared.withLock { shared in
            shared.isClosed = true
            defer { shared.inbox.removeAll() }
            return waiting[waitingStart...] + shared.inbox
        }
        waiting.removeAll()
        waitingStart = 0
        for job in left { job.completion(Self.stopped) }
        curl_multi_cleanup(multi)
    }
}

/// `curl_global_init` once, before any thread uses libcurl.
enum CurlLibrary {
    static let isReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
}
