import Dispatch
import Glibc

/// Leaves a signal to the sources that watch for it.
public func ignoreSignal(_ number: Int32) { signal(number, SIG_IGN) }

/// Returns at SIGTERM or SIGINT.
public func waitForTermination() async {
    let executor = QueueExecutor(label: "signals")
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let watches = [SIGTERM, SIGINT].map { number in
        SignalWatch(number, on: executor.queue) { continuation.yield() }
    }
    for await _ in stream { break }
    withExtendedLifetime(watches) {}
}

/// Ends the process with a code when orderly stopping takes too long; runs outside the pool of tasks.
public func exitUnlessDone(within milliseconds: Int, code: Int32) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { _exit(code) }
}

/// Tells systemd how the service stands (`READY=1`, `STOPPING=1`, `WATCHDOG=1`); does nothing outside systemd.
public func notifyServiceManager(_ state: String) {
    guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }), !path.isEmpty,
        let descriptor = try? SocketAddress.datagram()
    else { return }
    let bytes = Array(state.utf8)
    SocketAddress(path: path).withPointer { address, length in
        _ = sendto(descriptor.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
    }
}
