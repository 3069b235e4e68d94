import CanonicalJSON
public import CivilTime
public import Cryptography
import Platform
import SQLite

extension SQLiteStore {
    public func add(_ token: TokenRecord) throws {
        try transaction {
            try connection.run(
                "INSERT INTO token (digest, appliance, expires) VALUES (?, ?, ?)", token.digest, token.appliance,
                token.expires.millisecondsSinceEpoch)
        }
    }

    public func enrol(
        token: [UInt8], request: [UInt8], at: Timestamp,
        make: @Sendable (TokenRecord) throws -> (appliance: ApplianceRecord, answer: String)
    ) throws -> String {
        known = [:]
        return try transaction {
            struct Row {
                let record: TokenRecord
                let used: Bool
                let request: [UInt8]
                let answer: String
            }
            let row = try connection.first(
                "SELECT appliance, expires, used_at, request, answer FROM token WHERE digest = ?", token
            ) { row in
                Row(
                    record: TokenRecord(
                        digest: token, appliance: row.text(0),
                        expires: Timestamp(millisecondsSinceEpoch: row.integer(1))),
                    used: !row.isNull(2), request: row.blob(3), answer: row.text(4))
            }
            guard let row else { throw TokenRefusal.unknown }
            if row.used {
                guard row.request == request else { throw TokenRefusal.used }
                return row.answer
            }
            guard at < row.record.expires else { throw TokenRefusal.expired }
            let (appliance, answer) = try make(row.record)
            try connection.run(
                "INSERT OR REPLACE INTO appliance VALUES (?, ?, ?, ?)", appliance.id,
                try JSONCoder.text(appliance.keys),
                appliance.fingerprint, appliance.enrolledAt.millisecondsSinceEpoch)
            for key in appliance.keys.keys {
                try connection.run(
                    "INSERT OR IGNORE INTO appliance_key VALUES (?, ?, ?)", appliance.id, key.thumbprint,
                    try JSONCoder.text(key))
            }
            try connection.run(
                "UPDATE token SET used_at = ?, request = ?, answer = ? WHERE digest = ?", at.millisecondsSinceEpoch,
                request, answer, token)
            return answer
        }
    }

    public func appliance(_ id: String) throws -> ApplianceRecord? {
        if let record = known[id] { return record }
        let record = try appliances(id).first
        if let record { known[id] = record }
        return record
    }

    public func appliances() throws -> [ApplianceRecord] { try appliances(nil) }

    private func appliances(_ id: String?) throws -> [ApplianceRecord] {
        let rows = try connection.rows(
            "SELECT id, keys, fingerprint, enrolled_at FROM appliance WHERE ?1 IS NULL OR id = ?1 ORDER BY id", id
        ) { ($0.text(0), $0.text(1), $0.blob(2), $0.integer(3)) }
        return try rows.map { id, keys, fingerprint, at in
            ApplianceRecord(
                id: id, keys: try JWKS(json: Array(keys.utf8)), fingerprint: fingerprint,
                enrolledAt: Timestamp(millisecondsSinceEpoch: at))
        }
    }

    public func allKeys() throws -> JWKS {
        let texts = try connection.rows("SELECT jwk FROM appliance_key ORDER BY appliance, thumbprint") { $0.text(0) }
        return JWKS(keys: try texts.map { try JSONCoder.decode(JWK.self, from: Array($0.utf8)) })
    }
}
