import CanonicalJSON
import CivilTime
import Platform

/// What came out of the chapters, for people and for programs.
struct Report {
    struct Part {
        let name: String
        let subject: String
        let figures: [Figure]
        let seconds: Int
    }

    let command: String
    let date: CalendarDate
    let processors: Int
    let firstSeed: UInt64
    var parts: [Part] = []

    var isMet: Bool { parts.allSatisfy { $0.figures.allSatisfy(\.isMet) } }

    /// As `Tests/Torture/REPORT.md` keeps it.
    var markdown: String {
        let seconds = parts.reduce(0) { $0 + $1.seconds }
        var text = """
            # What was tried to make an answer get lost

            `\(command)` on \(date), \(processors) processors, \(duration(seconds)), seeds from \(firstSeed). Made by the program
            in this folder; the same command from the same seeds does the same again.

            """
        for part in parts {
            text += "\n## \(part.name)\n\n\(part.subject) (\(duration(part.seconds)))\n\n"
            text += "| figure | counted | wanted | |\n|---|---:|---:|---|\n"
            for figure in part.figures {
                let verdict = figure.isMet ? figure.remark : "**missed** \(figure.remark)"
                text += "| \(figure.name) | \(grouped(figure.value)) | \(figure.demanded) | \(verdict) |\n"
            }
        }
        return text
    }

    var json: JSONValue {
        [
            "date": .string(date.description), "firstSeed": .integer(Int(firstSeed)), "met": .bool(isMet),
            "chapters": .array(
                parts.map { part in
                    [
                        "chapter": .string(part.name), "seconds": .integer(part.seconds),
                        "figures": .array(
                            part.figures.map {
                                [
                                    "figure": .string($0.name), "value": .integer($0.value), "met": .bool($0.isMet),
                                    "wanted": .string($0.demanded), "remark": .string($0.remark),
                                ]
                            }),
                    ]
                }),
        ]
    }
}

/// 83 as "1 min 23 s".
func duration(_ seconds: Int) -> String {
    seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
}
