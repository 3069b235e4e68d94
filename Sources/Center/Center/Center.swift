import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
public import Platform

/// The center: what it knows and what it does, behind its web interface and its command line alike.
public final class Center: Sendable {
    let store: any CenterStore
    let keys: CenterKeys
    let authority: CertificateAuthority
    let banks: BankShelf
    let time: any TimeSource
    let projector: Projector
    let signals = OrderSignals()

    /// Opens the store and the keys that a configuration names.
    ///
    /// - Throws: `Failure` when the store is held by another process, and whatever is wrong with a file.
    public convenience init(_ configuration: CenterConfiguration, time: any TimeSource = SystemTime()) throws {
        let authority = try CertificateAuthority(
            key: TLSKey(pem: try readPrivateFile(configuration.tls.authorityKey)),
            certificate: Certificate(pem: String(decoding: try readFile(configuration.tls.authority), as: UTF8.self)))
        let keys = try CenterKeys(folder: configuration.keys)
        self.init(
            store: try SQLiteStore(path: try configuration.storePath), keys: keys, authority: authority,
            banks: BankShelf(
                folder: configuration.banks, signers: configuration.bankSigners, recipient: keys.store), time: time)
    }

    init(
        store: any CenterStore, keys: CenterKeys, authority: CertificateAuthority, banks: BankShelf,
        time: any TimeSource
    ) {
        self.store = store
        self.keys = keys
        self.authority = authority
        self.banks = banks
        self.time = time
        projector = Projector(store: store, banks: banks, time: time)
    }

    /// Recounts results as they come, until the task is cancelled.
    public func run() async { await projector.run() }
}

// MARK: Enrolment

extension Center {
    /// A new one-time token for an appliance.
    func makeToken(appliance: String, hours: Int) async throws -> (token: String, expires: Timestamp) {
        guard isCertificateName(appliance) else {
            throw Failure(.usage, "an appliance's id has letters, digits, dots and dashes, at most 64")
        }
        guard (1...24 * 90).contains(hours) else { throw Failure(.usage, "a token is valid for 1 hour to 90 days") }
        let token = base64url(systemEntropy(24))
        var expires = time.wall()
        expires.millisecondsSinceEpoch += hours * 3_600_000
        try await store.add(TokenRecord(digest: sha256(Array(token.utf8)), appliance: appliance, expires: expires))
        return (token, expires)
    }

    /// - Throws: `TokenRefusal`, `CenterDocumentError` or `CryptographyError`; then the token is not used up.
    func enrol(_ request: EnrolmentRequest) async throws -> EnrolmentAnswer {
        let identity = try ApplianceIdentity.read(request.identity)
        let certificateRequest = try CertificateRequest(pem: request.request)
        let now = time.wall()
        let answer = try await store.enrol(
            token: sha256(Array(request.token.utf8)), request: sha256(try JSONCoder.encode(request)), at: now
        ) { [authority, keys] token in
            guard identity.appliance == token.appliance, let sealing = identity.keys.sealingKeys.first else {
                throw CenterDocumentError.foreign(identity.appliance)
            }
            var from = now
            from.millisecondsSinceEpoch -= 3_600_000
            let certificate = try authority.issueClient(
                certificateRequest, commonName: token.appliance, from: from, days: 1095)
            let grant = try CandidateKeyGrant(
                appliance: token.appliance, sealing: keys.candidateKey, to: sealing, at: now)
            let answer = EnrolmentAnswer(
                appliance: token.appliance, certificate: certificate.pem, authority: authority.certificate.pem,
                center: keys.trusted, grant: try JWS.sign(payload: grant, key: keys.store))
            let record = ApplianceRecord(
                id: token.appliance, keys: identity.keys, fingerprint: try fingerprint(of: certificate),
                enrolledAt: now)
            return (record, try JSONCoder.text(answer))
        }
        return try JSONCoder.decode(EnrolmentAnswer.self, from: Array(answer.utf8))
    }
}

private func fingerprint(of certificate: Certificate) throws -> [UInt8] {
    guard let fingerprint = bytes(hexadecimal: certificate.fingerprint) else {
        throw CryptographyError("read a certificate's fingerprint", "it is not hexadecimal")
    }
    return fingerprint
}

// MARK: Segments

extension Center {
    enum SegmentOutcome: Hashable, Sendable {
        case receipt(String)
        case wanted(Int)
        case broken(String)
    }

    /// Takes a segment of an appliance: verifies it, stores it durably, answers the receipt.
    ///
    /// What is broken is kept as evidence and raises a warning.
    func ingest(_ body: [UInt8], from appliance: ApplianceRecord) async throws -> SegmentOutcome {
        let now = time.wall()
        let segment: Segment
        let entries: [Entry]
        do throws(BrokenSegment) {
            (segment, entries) = try SegmentCheck.verify(body, appliance: appliance.id, keys: appliance.keys)
        } catch {
            try await store.keepEvidence(body, appliance: appliance.id, reason: error.description, at: now)
            return .broken(error.description)
        }
        return try await accept(segment, entries, body, at: now)
    }

    private func accept(_ segment: Segment, _ entries: [Entry], _ body: [UInt8], at now: Timestamp) async throws
        -> SegmentOutcome
    {
        guard let last = entries.last else { return .broken("it holds no entry") }
        // Signed before it is stored, so that signing runs beside other commits; given only after the commit.
        let receipt = try JWS.sign(
            payload: Receipt(
                appliance: segment.appliance, sequence: last.sequence, digest: base64url(last.digest), at: now),
            key: keys.store)
        switch try await store.accept(
            VerifiedSegment(segment: segment, entries: entries, receipt: receipt, at: now))
        {
        case .accepted(let receipt, let new):
            if new > 0, entries.contains(where: { $0.kind == AttemptEntryKind.result.rawValue }) { projector.wake() }
            return .receipt(receipt)
        case .gap(let wanted):
            return .wanted(wanted)
        case .fork(let sequence):
            let reason = "entry \(sequence) continues another journal than the one that the center has"
            try await store.keepEvidence(body, appliance: segment.appliance, reason: reason, at: now)
            return .broken(reason)
        }
    }
}

// MARK: Orders

extension Center {
    /// Makes orders of bookings for an appliance; nil means the only one there is.
    func book(_ entries: [BookingEntry], appliance id: String?) async throws -> (
        appliance: String, new: Int, changed: Int, same: Int
    ) {
        let record = try await appliance(id)
        guard let sealing = record.keys.sealingKeys.first else {
            throw Failure(.badData, "appliance \(record.id) has no sealing key")
        }
        let maker = BookingMaker(
            candidateKey: keys.candidateKey, appliance: sealing, center: keys.store.publicSealingKey)
        let counts = try await store.book(
            try entries.map(maker.record), appliance: record.id, at: time.wall()
        ) { [keys] in try JWS.sign(payload: $0, key: keys.store) }
        if counts.new + counts.changed > 0 { signals.orders(for: record.id) }
        return (record.id, counts.new, counts.changed, counts.same)
    }

    /// The appliance of a name; nil means the only one there is.
    private func appliance(_ id: String?) async throws -> ApplianceRecord {
        if let id {
            guard let found = try await store.appliance(id) else {
                throw Failure(.badData, "appliance \(id) is not enrolled: what is meant for it is sealed to its keys")
            }
            return found
        }
        let all = try await store.appliances()
        guard all.count == 1, let only = all.first else {
            throw Failure(.usage, "\(all.count) appliances are enrolled: name one with --appliance")
        }
        return only
    }

    /// Orders appliances to examine by a bank: one, or every one that is enrolled.
    ///
    /// - Returns: the appliances. Nobody gets an order when one of them could not open the bank.
    func release(_ digest: String, appliance id: String?, all: Bool) async throws -> [String] {
        let records = all ? try await store.appliances() : [try await appliance(id)]
        guard !records.isEmpty else { throw Failure(.badData, "no appliance is enrolled") }
        let releases = try records.map { record in
            guard let key = record.keys.sealingKeys.first?.thumbprint else {
                throw Failure(.badData, "appliance \(record.id) has no sealing key")
            }
            return (record.id, try JSONCoder.tree(try banks.release(digest, to: record.id, key: key)))
        }
        for (appliance, body) in releases {
            try await store.order(.bankRelease, body: body, appliance: appliance, at: time.wall()) { [keys] in
                try JWS.sign(payload: $0, key: keys.store)
            }
            signals.orders(for: appliance)
        }
        return records.map(\.id)
    }

    /// States the time to one appliance or to all: what their clocks said before counts no more.
    ///
    /// - Parameter minutes: how long the statement may be on its way.
    func stateClock(minutes: Int, appliance id: String?, all: Bool) async throws -> [String] {
        guard (1...24 * 60).contains(minutes) else {
            throw Failure(.usage, "a clock statement may be on its way for 1 minute to a day")
        }
        let records = all ? try await store.appliances() : [try await appliance(id)]
        guard !records.isEmpty else { throw Failure(.badData, "no appliance is enrolled") }
        for record in records {
            let now = time.wall()
            let until = Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + minutes * 60_000)
            let body = try JSONCoder.tree(ClockStatement(notAfter: until))
            try await store.order(.clock, body: body, appliance: record.id, at: now) { [keys] in
                try JWS.sign(payload: $0, key: keys.store)
            }
            signals.orders(for: record.id)
        }
        return records.map(\.id)
    }

    /// The orders after a number, waiting so many seconds for one.
    func orders(_ appliance: String, after: Int, waitSeconds: Int) async throws -> [SignedOrder] {
        let count = signals.count(appliance)
        let orders = try await store.orders(appliance, after: after, limit: 500)
        if !orders.isEmpty || waitSeconds == 0 { return orders }
        await signals.wait(appliance, after: count, seconds: waitSeconds)
        return try await store.orders(appliance, after: after, limit: 500)
    }

    /// The last receipt of every day.
    func receipts(of id: String?) async throws -> [String] { try await store.anchors(try await appliance(id).id) }

    /// Orders the appliance to erase what it can open of a person, by every booking that there is.
    ///
    /// The center deletes its own copies of the keys when the appliance says that it did.
    /// - Returns: how many bookings.
    func erase(kind: String, number: String, reason: String, appliance id: String?) async throws -> Int {
        guard (1...100).contains(reason.utf8.count) else { throw Failure(.usage, "the reason is a word or two") }
        let record = try await appliance(id)
        let candidate = candidateDigest(kind: kind, number: number, key: keys.candidateKey)
        var subjects: [String] = []
        var last = 0
        while case let page = try await store.orders(record.id, after: last, limit: 500), !page.isEmpty {
            for signed in page {
                let order = try JSONCoder.decode(Order.self, from: try JWS.unverifiedPayload(signed.jws))
                last = order.sequence
                if let booking = try order.booking(), booking.candidate == candidate {
                    subjects.append(booking.subject)
                }
            }
        }
        guard !subjects.isEmpty else {
            throw Failure(.badData, "nobody of that kind and number was ever booked at \(record.id)")
        }
        let body = try JSONCoder.tree(Erasure(subjects: subjects, reason: reason))
        try await store.order(.erase, body: body, appliance: record.id, at: time.wall()) { [keys] in
            try JWS.sign(payload: $0, key: keys.store)
        }
        signals.orders(for: record.id)
        return subjects.count
    }

    /// Everybody whose signatures count: the center itself and every key of every appliance.
    func trust() async throws -> JWKS { JWKS(keys: keys.trusted.keys + (try await store.allKeys().keys)) }
}
