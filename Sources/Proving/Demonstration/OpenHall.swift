import Dispatch
import Glibc
import Platform
import Synchronization
import TerminalLink

/// A hall with somebody at every seat, for measuring: all fingers come down at one instant.
public final class OpenHall {
    private let site: Site
    private let people: [Person]
    private let memoryOfItems: Memory
    private var fingers: [Finger] = []
    private var eyes: [Eyes] = []
    public private(set) var firstFrames: [Int] = []

    public init(_ options: DemonstrationOptions) async throws {
        var drawn: [Person] = []
        site = try await Site(
            options,
            people: { bank in
                drawn = Person.draw(options.candidates, seed: options.seed, programme: options.programme, bank: bank)
                return drawn
            }, progress: Progress())
        people = drawn
        memoryOfItems = Memory(site.bank)
        firstFrames = try measureFirstFrames(times: 7)
    }

    /// Brings a candidate to the first question of every seat.
    public func seatEverybody() async throws {
        let desk = Eyes(socket: site.assistanceSocket(Site.checkIn))
        defer { desk.close() }
        for person in people {
            let visit = try Visit(
                person, site: site, memory: memoryOfItems, measurements: Measurements(),
                pictures: Pictures(folder: nil, socket: site.controlSocket), progress: Progress(), disturber: nil)
            let seat = try await visit.checkIn(desk)
            let terminal = Site.seat(seat)
            let eyes = Eyes(socket: site.assistanceSocket(terminal))
            let finger = Finger(socket: site.touchSocket(terminal))
            try await visit.reachFirstQuestion(terminal: terminal, eyes: eyes, finger: finger)
            self.eyes.append(eyes)
            fingers.append(finger)
        }
    }

    /// Chooses another option at every seat at one instant.
    ///
    /// - Returns: by seat, microseconds from the lifting of the finger to the saved scene and to its last pixel.
    public func touchAll(choice round: Int) async throws -> [(saved: Int, pixels: Int)] {
        var counts: [Int] = []
        for (index, finger) in fingers.enumerated() {
            guard let presented = eyes[index].now.presented, case .question(let question) = presented.scene.screen
            else {
                throw Failure(.unavailable, "a seat shows no question")
            }
            counts.append(eyes[index].now.count)
            let option = question.options[round % 2].number
            guard let place = presented.places.first(where: { $0.control == Control.option(option).name }),
                finger.press(place.x + place.width / 2, place.y + place.height / 2)
            else { throw Failure(.unavailable, "a seat shows no option \(option)") }
        }
        try await Task.sleep(for: .milliseconds(30))
        let lifted = fingers.map { $0.lift() }
        var result: [(Int, Int)] = []
        for index in fingers.indices {
            let begin = lifted[index]?.microseconds ?? 0
            for _ in 0..<20 {
                await eyes[index].change(after: counts[index], milliseconds: 250)
                let now = eyes[index].now
                counts[index] = now.count
                guard let presented = now.presented, case .question(let question) = presented.scene.screen,
                    question.options[round % 2].chosen, presented.scene.header?.saved == .saved
                else { continue }
                result.append((presented.receivedAt - begin, presented.presentedAt - begin))
                break
            }
        }
        return result
    }

    /// Proportional set sizes in KiB.
    public func memory() -> (daemon: Int, terminals: [Int]) {
        (
            site.supervisor.process("kaotaid").map(proportionalSetSize) ?? 0,
            site.terminals.compactMap { site.supervisor.process($0).map(proportionalSetSize) }
        )
    }

    public func close() async {
        for eyes in eyes { eyes.close() }
        site.stop()
        site.remove()
    }

    /// How long a terminal takes from its start to pixels on its display, in microseconds.
    private func measureFirstFrames(times: Int) throws -> [Int] {
        let framebuffer = "\(site.folder)/first.fb"
        let configuration = """
            {"socket":"\(site.folder)/nobody.sock","display":{"file":"\(framebuffer)","width":1920,"height":1080},
            "panel":{"widthMM":527,"heightMM":296},"kiosk":"\(site.options.share)/Kiosk"}
            """
        try AtomicFile.write(configuration, to: "\(site.folder)/first.json")
        let log = try FileDescriptor(path: "\(site.folder)/logs/first.log", flags: O_WRONLY | O_CREAT | O_APPEND)
        return try (0..<times).map { _ in
            unlink(framebuffer)
            let begin = SystemTime().now().microseconds
            let child = try ChildProcess(
                "\(site.options.programs)/kaotai-terminal", ["--config", "\(site.folder)/first.json"],
                standardOutput: log.raw, standardError: log.raw)
            defer {
                child.signal(SIGKILL)
                child.wait()
            }
            while SystemTime().now().microseconds - begin < 5_000_000 {
                if let file = try? FileDescriptor(path: framebuffer, flags: O_RDONLY) {
                    var pixels = [UInt8](repeating: 0, count: 256)
                    // The last row: a frame is there once its end is.
                    let read = pread(file.raw, &pixels, pixels.count, off_t(1920 * 1080 * 4 - 4096))
                    if read > 0, pixels.contains(where: { $0 != 0 }) { break }
                }
                usleep(500)
            }
            return SystemTime().now().microseconds - begin
        }
    }
}

private func proportionalSetSize(_ process: Int32) -> Int {
    let text = String(decoding: (try? readFile("/proc/\(process)/smaps_rollup")) ?? [], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
    return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
}
