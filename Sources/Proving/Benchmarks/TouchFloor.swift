import CPangoCairo
import CSQLite
import Dispatch
import Glibc
import Platform

/// The floor of a touch: six seats in one loop, each touch one row of one bare SQLite transaction (WAL, FULL, all that
/// wait together), then the two option rows that change drawn by cairo and Pango and their rows written to the
/// display, a file in memory as in the hall beside it. No processes, no journal, no scenes: what cannot be left out.
final class TouchFloor: @unchecked Sendable {
    private static let width = 1920
    private static let height = 1080

    private struct Seat {
        var surface: OpaquePointer
        var context: OpaquePointer
        var layout: OpaquePointer
        var chosen = 0
    }

    private let database: OpaquePointer
    private let insert: OpaquePointer
    private var seats: [Seat] = []
    private let displays: [FileDescriptor]
    private let shadow: [UnsafeMutableRawPointer]
    private let pipes: [(read: Int32, write: Int32)]
    private let done = Guarded<[Int?]>([])
    private let finished = DispatchSemaphore(value: 0)

    init(folder: String, seats count: Int) throws {
        var handle: OpaquePointer?
        guard sqlite3_open("\(folder)/floor.sqlite", &handle) == SQLITE_OK, let handle else {
            throw Failure(.inputOutput, "the floor's database does not open")
        }
        database = handle
        sqlite3_exec(
            handle,
            "PRAGMA locking_mode=EXCLUSIVE;PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
                + "CREATE TABLE answer(id INTEGER PRIMARY KEY, seat INTEGER, choice INTEGER, body TEXT)", nil, nil, nil)
        var statement: OpaquePointer?
        sqlite3_prepare_v2(handle, "INSERT INTO answer(seat,choice,body) VALUES(?,?,?)", -1, &statement, nil)
        guard let statement else { throw Failure(.inputOutput, "the floor's statement is not prepared") }
        insert = statement
        let bytes = Self.width * Self.height * 4
        let memory = isDirectory("/dev/shm") ? "/dev/shm" : folder
        displays = try (0..<count).map { number in
            let path = "\(memory)/kaotai-floor-\(getpid())-\(number).fb"
            let display = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT | O_TRUNC)
            unlink(path)
            try display.write(UnsafeRawBufferPointer(start: calloc(bytes, 1), count: bytes), at: 0)
            return display
        }
        shadow = (0..<count).map { _ in
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
            memset(memory, 255, bytes)
            return memory
        }
        pipes = try (0..<count).map { _ in
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw SystemError("pipe") }
            return (ends[0], ends[1])
        }
        for memory in shadow {
            let data = memory.assumingMemoryBound(to: UInt8.self)
            guard
                let surface = cairo_image_surface_create_for_data(
                    data, CAIRO_FORMAT_RGB24, Int32(Self.width), Int32(Self.height), Int32(Self.width * 4)),
                let context = cairo_create(surface), let layout = pango_cairo_create_layout(context)
            else { throw Failure(.unavailable, "cairo gives no surface") }
            let font = pango_font_description_from_string("Noto Sans, Noto Sans CJK SC")
            pango_font_description_set_absolute_size(font, 34 * Double(PANGO_SCALE))
            pango_layout_set_font_description(layout, font)
            pango_font_description_free(font)
            seats.append(Seat(surface: surface, context: context, layout: layout))
        }
        for seat in seats.indices { for row in 0..<4 { draw(row, of: seat) } }
        DispatchQueue(label: "touch-floor").async { self.loop() }
    }

    /// Touches every seat at one instant; a value below zero ends the loop.
    ///
    /// - Returns: how long each seat's pixels took, in microseconds.
    func touchAll(choice: Int32) -> [Int] {
        done.withLock { $0 = [Int?](repeating: nil, count: pipes.count) }
        let begin = SystemTime().now().microseconds
        for pipe in pipes {
            var value = choice
            _ = write(pipe.write, &value, 4)
        }
        while finished.wait(timeout: .now() + .seconds(10)) == .success {
            let all = done.withLock { $0 }
            if all.allSatisfy({ $0 != nil }) { return all.compactMap { $0 }.map { $0 - begin } }
        }
        return []
    }

    func close() {
        var end: Int32 = -1
        _ = write(pipes[0].write, &end, 4)
    }

    private func loop() {
        while true {
            var waiting = pipes.map { pollfd(fd: $0.read, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
            var touched: [(seat: Int, choice: Int)] = []
            for (seat, entry) in waiting.enumerated() where entry.revents & Int16(POLLIN) != 0 {
                var value: Int32 = 0
                guard read(entry.fd, &value, 4) == 4 else { continue }
                if value < 0 { return }
                touched.append((seat, Int(value)))
            }
            commit(touched)
            for touch in touched {
                let old = seats[touch.seat].chosen
                seats[touch.seat].chosen = touch.choice
                for row in [old, touch.choice] { draw(row, of: touch.seat) }
                done.withLock { $0[touch.seat] = SystemTime().now().microseconds }
            }
            finished.signal()
        }
    }

    private func commit(_ touched: [(seat: Int, choice: Int)]) {
        sqlite3_exec(database, "BEGIN IMMEDIATE", nil, nil, nil)
        for touch in touched {
            sqlite3_bind_int(insert, 1, Int32(touch.seat))
            sqlite3_bind_int(insert, 2, Int32(touch.choice))
            sqlite3_bind_text(insert, 3, #"{"answer":[1],"item":"LAW-001","number":1}"#, -1, nil)
            sqlite3_step(insert)
            sqlite3_reset(insert)
        }
        precondition(sqlite3_exec(database, "COMMIT", nil, nil, nil) == SQLITE_OK, "the floor does not commit")
    }

    /// One option: a box, a badge and a line of text; then its rows go to the display.
    private func draw(_ row: Int, of number: Int) {
        let seat = seats[number]
        let cairo = seat.context
        let top = Double(400 + row * 130)
        cairo_rectangle(cairo, 60, top, 1160, 110)
        if seat.chosen == row {
            cairo_set_source_rgb(cairo, 0.81, 0.90, 1)
        } else {
            cairo_set_source_rgb(cairo, 0.96, 0.96, 0.97)
        }
        cairo_fill_preserve(cairo)
        cairo_set_source_rgb(cairo, 0.6, 0.65, 0.7)
        cairo_set_line_width(cairo, 2)
        cairo_stroke(cairo)
        cairo_arc(cairo, 115, top + 55, 28, 0, 6.2832)
        cairo_set_source_rgb(cairo, 0.1, 0.23, 0.36)
        cairo_fill(cairo)
        pango_layout_set_text(seat.layout, "应当减速行驶并确认安全后通过 Slow down and pass when it is safe \(row)", -1)
        cairo_move_to(cairo, 160, top + 34)
        pango_cairo_show_layout(cairo, seat.layout)
        cairo_surface_flush(seat.surface)
        let start = (Int(top) - 2) * Self.width * 4
        let rows = UnsafeRawBufferPointer(start: shadow[number] + start, count: 116 * Self.width * 4)
        precondition((try? displays[number].write(rows, at: start)) != nil, "the floor's display does not take rows")
    }
}
