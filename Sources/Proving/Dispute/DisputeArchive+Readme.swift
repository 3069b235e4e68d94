import Exam

extension DisputeArchive {
    private static let meanings = [
        "manifest.jws": "the signature over this archive: SHA-256 of every other file (JWS, RFC 7515)",
        "chain.jsonl": "the attempt's journal entries, and the chain that they stand in",
        "head.jws": "the appliance's signature over the last entry of the chain",
        "receipt.jws": "the center's signature over the same entry: it had the chain then, so it was not made later",
        "result.jws": "the result, signed by the appliance",
        "answers.json": "the answers, which the result's \"responses\" is the digest of",
        "paper.json": "the questions by their ids, with the order of their options, as the paper's digest covers them",
        "questions.json":
            "the questions' texts in the languages that were shown, and where the exporter may know it the key",
        "shown.jsonl": "each screen that was shown, with the digest of its pixels as the terminal reported it",
        "slip.pdf": "the slip that was printed",
        "trust.jwks": "the keys as the exporter knows them; take the center's own file of them to be sure",
        "README.txt": "this text",
    ]

    static func readme(_ attempt: AttemptID, files: [String], end: Int) -> String {
        let listed = (["manifest.jws", "README.txt"] + files).map { "  \($0): \(meanings[$0] ?? "")" }
        return """
            Attempt \(attempt)

            This archive holds what is recorded about one attempt at an exam, so that it can be checked by somebody who
            trusts neither the hall nor the exporter. It names the candidate nowhere: names are sealed.

            \(listed.joined(separator: "\n"))

            To check it with a program written apart from the one that made it (Python 3 and python3-cryptography):

              python3 dispute.py ARCHIVE --trust trust.jwks

            where trust.jwks comes from the center, not from here. What it does, and anybody can do by hand:

            1. manifest.jws is signed by a trusted key; it names every other file, and each has the SHA-256 named there.
            2. chain.jsonl begins with the digest of the entry before. Each entry's digest is SHA-256( previous digest,
               sequence as 8 bytes big-endian, SHA-256(kind), SHA-256(stream), SHA-256(body) ). For entries that are not
               about this attempt only those three hashes are given, under "hidden".
            3. The digest of entry \(end) is the one that head.jws signs, and receipt.jws, if it is there.
            4. No hidden entry is of the stream attempt/\(attempt): nothing of it was left out.
            5. result.jws is the one in the entry attempt.result, and is signed by a trusted key. The entries
               attempt.chose give the answers; they are those of answers.json, whose SHA-256 the result names.
            6. Where questions.json has keys, the score is counted again.

            The screens themselves are drawn again from a journal's copy: kaotai journal replay --help.

            """
    }
}
