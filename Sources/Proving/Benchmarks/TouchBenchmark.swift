public import Demonstration
import Exam
import Platform
import TerminalLink

/// A touch on its whole way, for six seats at one instant, beside its floor in the same run.
public enum TouchBenchmark {
    /// - Parameter rounds: touches a seat and side.
    public static func run(_ options: DemonstrationOptions, rounds: Int) async throws -> [Figure] {
        var options = options
        options.pictures = false
        options.candidates = options.seats
        options.programme = options.programme ?? "K1-CAR"
        let hall = try await OpenHall(options)
        let folder = "/var/tmp/kaotai-bench-\(hexadecimal(systemEntropy(4)))"
        try makeDirectory(folder)
        let floor = try TouchFloor(folder: folder, seats: options.seats)
        defer {
            floor.close()
            removeTree(folder)
        }
        do {
            try await hall.seatEverybody()
            standardError("\(rounds) touches a seat, six seats at one instant, our way and the floor in turn…\n")
            var saved: [Int] = []
            var pixels: [Int] = []
            var bare: [Int] = []
            for round in 0..<rounds + 10 {
                let ours = try await hall.touchAll(choice: round)
                // The pace of people: caches are as cold as between real touches.
                try await Task.sleep(for: .milliseconds(60))
                let floors = floor.touchAll(choice: Int32(round & 1))
                try await Task.sleep(for: .milliseconds(60))
                guard round >= 10 else { continue }
                saved += ours.map(\.saved)
                pixels += ours.map(\.pixels)
                bare += floors
            }
            let memory = hall.memory()
            await hall.close()
            return [
                Figure(
                    "tap to pixels, six seats at once", unit: "µs", values: pixels, floor: bare, limit: 1500,
                    tailLimit: 2000),
                Figure("tap to saved scene received", unit: "µs", values: saved, floor: bare),
                Figure("daemon memory (PSS)", unit: "KiB", values: [memory.daemon], limit: 40 * 1024),
                Figure("terminal memory (PSS)", unit: "KiB", values: memory.terminals, limit: 60 * 1024),
                Figure("terminal, start to first frame", unit: "µs", values: hall.firstFrames, limit: 200_000),
            ]
        } catch {
            await hall.close()
            throw error
        }
    }
}
