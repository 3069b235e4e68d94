/// How a reader with an identity-card module shows a card to PC/SC. There is no standard; which reader speaks which
/// dialect stands in `Provisioning/readers`.
public enum CardDialect: String, CaseIterable, Codable, Sendable {
    /// The reader has read the card at power-up and offers its base data as a file for `FF B0` (READ BINARY).
    case virtualFile = "virtual-file"
    /// Frames to the security module travel inside `FF 00` command APDUs; `FF C0` fetches what waits of an answer.
    case sdtTunnel = "sdt-tunnel"
}
