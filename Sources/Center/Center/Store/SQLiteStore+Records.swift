public import CanonicalJSON
public import CenterLink
public import CivilTime
import Cryptography
public import Ledger
import SQLite

// MARK: Evidence and warnings

extension SQLiteStore {
    /// What one appliance may fill with broken segments; beyond it they are counted, not kept.
    static let evidenceLimit = 64 << 20

    public func keepEvidence(_ body: [UInt8], appliance: String, reason: String, at: Timestamp) throws {
        let moment = at.millisecondsSinceEpoch
        try transaction {
            let digest = sha256(body)
            try connection.run("UPDATE evidence SET last = ?, times = times + 1 WHERE digest = ?", moment, digest)
            if connection.changes == 0 {
                let kept = try connection.first(
                    "SELECT coalesce(sum(length(body)), 0) FROM evidence WHERE appliance = ?", appliance
                ) { $0.integer(0) }
                if (kept ?? 0) + body.count <= Self.evidenceLimit {
                    try connection.run(
                        "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, 1)", digest, appliance, reason, body, moment,
                        moment)
                }
            }
            try count(appliance, "broken segment", reason, moment)
        }
    }

    public func warn(_ appliance: String, kind: String, detail: String, at: Timestamp) throws {
        try transaction { try count(appliance, kind, detail, at.millisecondsSinceEpoch) }
    }

    private func count(_ appliance: String, _ kind: String, _ detail: String, _ moment: Int) throws {
        try connection.run(
            """
            INSERT INTO warning VALUES (?, ?, ?, ?, ?, 1)
            ON CONFLICT DO UPDATE SET last = excluded.last, times = times + 1
            """, appliance, kind, detail, moment, moment)
    }

    public func warnings() throws -> [WarningRecord] {
        try connection.rows("SELECT appliance, kind, detail, first, last, times FROM warning ORDER BY last, detail") {
            WarningRecord(
                appliance: $0.text(0), kind: $0.text(1), detail: $0.text(2),
                first: Timestamp(millisecondsSinceEpoch: $0.integer(3)),
                last: Timestamp(millisecondsSinceEpoch: $0.integer(4)), times: $0.integer(5))
        }
    }
}

// MARK: Results

extension SQLiteStore {
    public func unprojectedResults(limit: Int) throws -> [(appliance: String, entry: Entry, receivedAt: Timestamp)] {
        try connection.rows(
            """
            SELECT e.sequence, e.kind, e.stream, e.body, e.previous, e.digest, p.appliance, p.at
            FROM pending p JOIN entry e ON e.appliance = p.appliance AND e.sequence = p.sequence
            ORDER BY p.number LIMIT ?
            """, limit
        ) { ($0.text(6), readEntry($0), Timestamp(millisecondsSinceEpoch: $0.integer(7))) }
    }

    /// The first result of an attempt stays: another entry's does not replace it.
    public func save(_ result: ResultRecord) throws {
        try transaction {
            try connection.run(
                """
                INSERT INTO result (appliance, attempt, sequence, verified, record) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (appliance, attempt) DO UPDATE SET verified = excluded.verified, record = excluded.record
                WHERE sequence = excluded.sequence
                """, result.appliance, result.attempt, result.sequence, result.verified, try JSONCoder.text(result))
            try connection.run(
                "DELETE FROM pending WHERE appliance = ? AND sequence = ?", result.appliance, result.sequence)
        }
    }

    public func results(after row: Int, limit: Int) throws -> [(row: Int, result: ResultRecord)] {
        let rows = try connection.rows(
            "SELECT number, record FROM result WHERE number > ? ORDER BY number LIMIT ?", row, limit
        ) { ($0.integer(0), $0.blob(1)) }
        return try rows.map { (row: $0, result: try JSONCoder.decode(ResultRecord.self, from: $1)) }
    }

    public func unverifiedResults() throws -> [ResultRecord] {
        let rows = try connection.rows("SELECT record FROM result WHERE verified IS NULL ORDER BY number") {
            $0.blob(0)
        }
        return try rows.map { try JSONCoder.decode(ResultRecord.self, from: $0) }
    }
}

// MARK: Orders

extension SQLiteStore {
    public func book(
        _ bookings: [BookingRecord], appliance: String, at: Timestamp, sign: @Sendable (Order) throws -> String
    ) throws -> (new: Int, changed: Int, same: Int) {
        try transaction {
            var counts = (new: 0, changed: 0, same: 0)
            var (sequence, previous) = try lastOrder(appliance)
            for record in bookings {
                let known = try connection.first(
                    "SELECT content FROM booking WHERE appliance = ? AND id = ?", appliance, record.id
                ) { $0.blob(0) }
                if known == record.contentDigest {
                    counts.same += 1
                    continue
                }
                if known == nil { counts.new += 1 } else { counts.changed += 1 }
                sequence += 1
                let jws = try sign(
                    Order(
                        appliance: appliance, sequence: sequence, previous: previous, at: at, kind: .booking,
                        body: try JSONCoder.tree(record.booking)))
                previous = Order.digest(of: jws)
                try connection.run(
                    "INSERT INTO subject VALUES (?, ?, ?, ?)", appliance, record.keys.subject, record.keys.appliance,
                    record.keys.center)
                try connection.run(
                    "INSERT INTO orders VALUES (?, ?, ?, ?)", appliance, sequence, jws, record.keys.subject)
                try connection.run(
                    "INSERT OR REPLACE INTO booking VALUES (?, ?, ?, ?)", appliance, record.id, record.contentDigest,
                    sequence)
            }
            return counts
        }
    }

    public func order(
        _ kind: OrderKind, body: JSONValue, appliance: String, at: Timestamp, sign: @Sendable (Order) throws -> String
    ) throws {
        try transaction {
            let (sequence, previous) = try lastOrder(appliance)
            let jws = try sign(
                Order(
                    appliance: appliance, sequence: sequence + 1, previous: previous, at: at, kind: kind, body: body))
            try connection.run(
                "INSERT INTO orders (appliance, sequence, jws) VALUES (?, ?, ?)", appliance, sequence + 1, jws)
        }
    }

    /// Sequence and digest of the last order for an appliance, by which the next one is chained.
    private func lastOrder(_ appliance: String) throws -> (sequence: Int, digest: String) {
        try connection.first(
            "SELECT sequence, jws FROM orders WHERE appliance = ? ORDER BY sequence DESC LIMIT 1", appliance
        ) { ($0.integer(0), Order.digest(of: $0.text(1))) } ?? (0, Order.origin)
    }

    public func orders(_ appliance: String, after: Int, limit: Int) throws -> [SignedOrder] {
        // A subject whose key was erased still has its order: the chain stays whole, the name stays shut.
        try connection.rows(
            """
            SELECT o.jws, s.subject, s.for_appliance, s.for_center FROM orders o
            LEFT JOIN subject s ON s.appliance = o.appliance AND s.subject = o.subject
            WHERE o.appliance = ? AND o.sequence > ? ORDER BY o.sequence LIMIT ?
            """, appliance, after, limit
        ) { row in
            SignedOrder(
                jws: row.text(0),
                subjects: row.isNull(1)
                    ? [] : [Subject(subject: row.text(1), appliance: row.text(2), center: row.optionalText(3))])
        }
    }
}

extension SQLiteStore: CenterStore {}
