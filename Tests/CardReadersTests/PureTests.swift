import Glibc
import IdentityCards
import Platform
import Testing
import VirtualCards

@testable import CardReaders

@Suite struct CardMovesTests {
    private func state(_ present: Bool, _ count: Int) -> PCSCState {
        // SCARD_STATE_EMPTY and SCARD_STATE_PRESENT.
        PCSCState(rawValue: UInt(count) << 16 | (present ? 0x20 : 0x10))
    }

    private func moves(_ states: [(Bool, Int)]) -> [[CardMove]] {
        var moves = CardMoves()
        return states.map { moves.look(state($0.0, $0.1)) }
    }

    @Test func `counts and presence that agree are taken as they are`() {
        #expect(moves([(false, 0), (true, 1), (true, 1), (false, 2)]) == [[], [.in], [], [.out]])
    }

    @Test func `an insertion told before it is counted is one insertion`() {
        #expect(moves([(false, 4), (true, 4), (true, 5), (false, 6)]) == [[], [.in], [], [.out]])
    }

    @Test func `a removal told before it is counted is one removal`() {
        #expect(moves([(true, 5), (false, 5), (false, 6)]) == [[.in], [.out], []])
    }

    @Test func `insertion and removal both told before they are counted are two movements`() {
        #expect(moves([(false, 4), (true, 4), (false, 4), (false, 6)]) == [[], [.in], [.out], []])
        #expect(moves([(false, 4), (true, 4), (false, 5), (false, 6)]) == [[], [.in], [.out], []])
    }

    @Test func `a swap between two looks is two movements`() {
        #expect(moves([(true, 1), (true, 3)]) == [[.in], [.out, .in]])
        #expect(moves([(false, 0), (false, 2)]) == [[], [.in, .out]])
    }

    @Test func `a swap while a count is due is seen`() {
        #expect(moves([(false, 0), (true, 0), (true, 3)]) == [[], [.in], [.out, .in]])
    }

    @Test func `the count may pass through zero`() {
        #expect(moves([(true, 65_535), (false, 0), (true, 1)]) == [[.in], [.out], [.in]])
    }

    @Test func `a card that a worker followed is not announced again`() {
        var moves = CardMoves(isPresent: true)
        #expect(moves.look(state(true, 7)) == [])
        #expect(moves.look(state(false, 8)) == [.out])
    }

    @Test func `a reader that the service does not know yet says nothing`() {
        var moves = CardMoves()
        // SCARD_STATE_UNKNOWN and SCARD_STATE_CHANGED.
        #expect(moves.look(PCSCState(rawValue: 0x6)) == [])
        #expect(moves.look(state(true, 1)) == [.in])
    }
}

@Suite struct ReaderProfileTests {
    @Test func `patterns match as in a shell`() {
        #expect(matches("Kaotai Virtual Reader 00 00", pattern: "Kaotai Virtual Reader *"))
        #expect(matches("abc", pattern: "*"))
        #expect(matches("abc", pattern: "a?c"))
        #expect(matches("aXbXc", pattern: "a*b*c"))
        #expect(matches("", pattern: "*"))
        #expect(!matches("abc", pattern: "ab"))
        #expect(!matches("ab", pattern: "a?b"))
        #expect(!matches("Kaotai Virtual SDT Reader 00 00", pattern: "Kaotai Virtual Reader *"))
    }

    @Test func `the shipped profiles load and fit the readers they are for`() throws {
        let profiles = try ReaderProfile.load(folder: profileFolder)
        func dialect(_ reader: String) -> CardDialect? { profiles.first { $0.fits(reader: reader) }?.dialect }
        #expect(dialect("Kaotai Virtual Reader 03 00") == .virtualFile)
        #expect(dialect("Kaotai Virtual SDT Reader 00 00") == .sdtTunnel)
        let last = try #require(profiles.last)
        #expect(last.fits(answerToReset: [0x3B, 0x8B, 0x80, 1, 0x50, 1, 2, 3, 4, 5, 6, 7, 8, 0x90, 0, 0x77]))
        #expect(!last.fits(answerToReset: [0x3B, 0x8B, 0x80, 1, 0x50, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x77]))
    }

    @Test func `a profile with a mistake is refused with its file and place`() throws {
        let folder = "/tmp/kaotai-profiles-\(getpid())-\(hexadecimal(systemEntropy(4)))"
        try makeDirectory(folder)
        func refusal(_ text: String) throws -> String {
            try AtomicFile.write(text, to: folder + "/broken.json")
            let failure = #expect(throws: Failure.self) { try ReaderProfile.load(folder: folder) }
            #expect(failure?.code == .badConfiguration)
            return failure?.message ?? ""
        }
        let good = #"{"name":"a","readers":["*"],"dialect":"virtual-file","basis":"b"}"#
        try AtomicFile.write(good, to: folder + "/broken.json")
        #expect(try ReaderProfile.load(folder: folder).count == 1)
        #expect(try refusal("{").hasPrefix(folder + "/broken.json: "))
        #expect(try refusal(#"{"name":"a","dialect":"virtual-file","basis":"b"}"#).contains("readers"))
        #expect(try refusal(#"{"name":"a","readers":["*"],"dialect":"morse","basis":"b"}"#).contains("dialect"))
        #expect(
            try refusal(#"{"name":"a","readers":["*"],"dialect":"virtual-file","basis":"b","chipNumber":"xyz"}"#)
                .contains("chipNumber"))
        unlink(folder + "/broken.json")
        #expect(throws: Failure.self) { try ReaderProfile.load(folder: folder) }
        removeFolder(folder)
    }

    @Test func `a USB reader's port is the kernel's path, others have none`() throws {
        let folder = "/tmp/kaotai-usb-\(getpid())-\(hexadecimal(systemEntropy(4)))"
        defer { removeFolder(folder) }
        for (name, bus, device) in [("usb1", 1, 1), ("1-1.4.2", 1, 9), ("2-3", 2, 9)] {
            try makeDirectory("\(folder)/\(name)")
            try AtomicFile.write("\(bus)\n", to: "\(folder)/\(name)/busnum")
            try AtomicFile.write("\(device)\n", to: "\(folder)/\(name)/devnum")
        }
        try makeDirectory("\(folder)/1-1:1.0")
        #expect(USBPort.path(channel: [9, 1, 0x20, 0], devices: folder) == "1-1.4.2")
        #expect(USBPort.path(channel: [9, 2, 0x20, 0], devices: folder) == "2-3")
        #expect(USBPort.path(channel: [7, 2, 0x20, 0], devices: folder) == nil)
        #expect(USBPort.path(channel: [9, 1, 0xF0, 0], devices: folder) == nil)
        #expect(USBPort.path(channel: [9], devices: folder) == nil)
    }
}

@Suite struct VirtualCardsTests {
    @Test func `invented people are all different and all valid`() {
        let people = (1...600).map { InventedPeople.resident($0) }
        #expect(Set(people.map(\.number)).count == 600)
        #expect(people.allSatisfy { $0.number.hasPrefix("000000") })
        #expect(InventedPeople.resident(5) == people[4])
    }

    @Test(arguments: ["/tmp/with blank", "/tmp/with:colon", "/tmp/" + String(repeating: "long", count: 30)])
    func `a folder that pcscd's configuration cannot name is refused at once`(folder: String) {
        let failure = #expect(throws: Failure.self) { try PrivateCardService(folder: folder, readers: ["seat-1"]) }
        #expect(failure?.code == .usage)
        #expect(!fileExists(folder))
    }
}
