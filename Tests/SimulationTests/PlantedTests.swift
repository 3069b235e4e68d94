import CanonicalJSON
import Platform
import Simulation
import Testing

/// A bug that `Tests/Simulation/plant.py` plants, for the simulation to find.
private struct PlantedBug: Decodable {
    let name: String
    let file: String
    let find: String
    let replace: String
    let invariant: Invariant
}

@Suite struct PlantedTests {
    private static let root: String = {
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    }()

    @Test func `every planted bug still fits into the sources`() throws {
        let bugs = try JSONCoder.decode(
            [PlantedBug].self, from: try readFile("\(Self.root)/Tests/Simulation/planted.json"))
        #expect(bugs.count >= 60)
        #expect(Set(bugs.map(\.name)).count == bugs.count)
        for bug in bugs {
            let source = String(decoding: try readFile("\(Self.root)/\(bug.file)"), as: UTF8.self)
            let places = source.ranges(of: bug.find).count
            #expect(places == 1, "\(bug.name): its text stands \(places) times in \(bug.file)")
            #expect(bug.replace.contains("planted(\"\(bug.name)\")"), "\(bug.name) is never awake")
        }
    }
}
