import CanonicalJSON
import Center
import Courier
import Hall
import Platform
import Terminal
import Testing

/// The example configurations fit the programs and each other.
@Suite struct ExampleTests {
    static func document(_ name: String) throws -> [UInt8] {
        try readFile("\(House.root)/Provisioning/example/\(name).json")
    }

    /// Members of a document that a program would silently pass over: a misspelt one stays unseen otherwise.
    static func unread(_ given: JSONValue, by read: JSONValue, at place: String = "") -> [String] {
        switch (given, read) {
        case (.object(let members), .object(let known)):
            members.sorted { $0.key < $1.key }.flatMap { name, value in
                known[name].map { unread(value, by: $0, at: "\(place)/\(name)") } ?? ["\(place)/\(name)"]
            }
        case (.array(let elements), .array(let known)):
            zip(elements, known).enumerated().flatMap { unread($1.0, by: $1.1, at: "\(place)/\($0)") }
        default: []
        }
    }

    static func read<Configuration: Codable>(_ type: Configuration.Type, _ bytes: [UInt8]) throws -> Configuration {
        let configuration = try JSONCoder.decode(type, from: bytes)
        let given = try JSONCoder.decode(JSONValue.self, from: bytes)
        #expect(unread(given, by: try JSONCoder.tree(configuration)) == [])
        return configuration
    }

    @Test func `the hall, a seat, the courier and the center read their examples whole`() throws {
        let hall = try Self.read(HallConfiguration.self, try Self.document("kaotaid"))
        #expect(hall.problems == [])
        let seat = try Self.read(TerminalConfiguration.self, try Self.document("seat-1"))
        let courier = try Self.read(CourierConfiguration.self, try Self.document("courier"))
        _ = try Self.read(CenterConfiguration.self, try Self.document("center"))

        #expect(hall.terminals.first { $0.name == "seat-1" }?.socket == seat.socket)
        #expect(hall.courierSocket == courier.daemonSocket)
        #expect(hall.appliance == courier.appliance)
        #expect(hall.trust == courier.trustPath)
        #expect(hall.grant == courier.grantPath)
        // Where the command line looks when nobody says otherwise.
        #expect(hall.controlSocket == "/run/kaotai/control.sock")
    }

    @Test func `a misspelt member is found`() throws {
        let text = String(decoding: try Self.document("seat-1"), as: UTF8.self)
        let bytes = Array(text.replacing("deadTimeMs", with: "deadTimeMS").utf8)
        let given = try JSONCoder.decode(JSONValue.self, from: bytes)
        let read = try JSONCoder.tree(try JSONCoder.decode(TerminalConfiguration.self, from: bytes))
        #expect(Self.unread(given, by: read) == ["/deadTimeMS"])
    }
}
