import Measurement
import Packages
import Platform

/// Packages with their keys, for counting again and measuring.
///
/// - Parameter openWith: the private key that the packages are sealed to.
func measuredBanks(_ paths: [String], openWith key: String?) throws -> [MeasuredBank] {
    let opener = try packageOpener(key)
    return try paths.map { path in
        let package = try openPackage(path)
        do throws(PackageError) {
            return MeasuredBank(name: path, digest: package.digest, contents: try package.contents(with: opener))
        } catch {
            throw Failure(.badData, error.description)
        }
    }
}

/// Reads answers files, results, journals and archives, with a word on standard error for every thousand files.
func readAnswers(_ paths: [String], _ options: Arguments, withTimes: Bool) throws -> AnswerSources.Reading {
    let trust = try options.value("trust").map(readTrust)
    let sources = AnswerSources(trust: trust, answersFolder: options.value("answers-in"), withTimes: withTimes)
    let reading = try sources.read(paths) { done in
        if done % 1000 == 0 { standardError("kaotai: \(done) of \(paths.count) files read\n") }
    }
    if reading.unfinished > 0 {
        standardError("kaotai: \(reading.unfinished) attempts without a result are not counted\n")
    }
    return reading
}
