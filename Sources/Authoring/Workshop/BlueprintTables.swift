internal import CanonicalJSON
internal import Exam
internal import Platform

/// Makes the joint tables that blueprints do not have yet; a table that stands is never changed.
public enum BlueprintTables {
    public struct Outcome: Sendable {
        public let file: String
        /// Whether the table was made now.
        public let made: Bool
    }

    /// - Throws: `Failure` with the file and what is wrong in it.
    public static func complete(in folder: String) throws -> [Outcome] {
        let blueprints = "\(folder)/blueprints"
        let names: [String]
        do {
            names = try listDirectory(blueprints).filter { $0.hasSuffix(".json") }
        } catch {
            throw Failure(.badData, "\(error)")
        }
        return try names.map { name in
            let path = "\(blueprints)/\(name)"
            let source: BlueprintFile
            do {
                source = try JSONCoder.decode(BlueprintFile.self, from: try readFile(path))
            } catch {
                throw Failure(.badData, "\(path): \(JSONCoder.explain(error))")
            }
            if source.table != nil { return Outcome(file: path, made: false) }
            do {
                let blueprint = try Blueprint(
                    programme: source.programme, version: source.version, classes: source.classes ?? [],
                    kinds: source.kinds, areas: source.areas, share: source.share)
                try AtomicFile.write(text(blueprint), to: path, mode: 0o644)
            } catch let error as BlueprintError {
                throw Failure(.badData, "\(path): \(error)")
            }
            return Outcome(file: path, made: true)
        }
    }

    /// A blueprint as a person reads it: one line for each row.
    private static func text(_ blueprint: Blueprint) -> String {
        func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }
        func counts(_ of: (ItemKind) -> Int) -> String {
            "{ " + ItemKind.allCases.map { "\(quoted($0.rawValue)): \(of($0))" }.joined(separator: ", ") + " }"
        }
        let areas = blueprint.areas.keys.sorted()
        let rows = areas.map { area in "    \(quoted(area.rawValue)): " + counts { blueprint.table[area]?[$0] ?? 0 } }
        let classes =
            blueprint.classes.isEmpty
            ? "" : "\n  \"classes\": [\(blueprint.classes.map { quoted($0.rawValue) }.joined(separator: ", "))],"
        let share = blueprint.share.map { ",\n  \"share\": \($0)" } ?? ""
        return """
            {
              "programme": \(quoted(blueprint.programme.rawValue)),
              "version": \(blueprint.version),\(classes)
              "kinds": \(counts { blueprint.kinds[$0] ?? 0 }),
              "areas": { \(areas.map { "\(quoted($0.rawValue)): \(blueprint.areas[$0] ?? 0)" }.joined(separator: ", ")) },
              "table": {
            \(rows.joined(separator: ",\n"))
              }\(share)
            }

            """
    }
}
