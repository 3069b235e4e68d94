/// What the courier asks of the daemon; one JSON member a frame, named as the case.
///
/// Every request has a number of the courier's choice that the answer repeats, so that two loops share one socket.
public enum FromCourier: Hashable, Sendable {
    /// The next segment after an entry; answered once there is one, however long that takes.
    case segment(SegmentRequest)
    /// A receipt of the center's.
    case receipt(ReceiptDelivery)
    /// How far the daemon has followed the center's orders.
    case lastOrder(Request)
    /// Orders in the center's order; answered with `taken` once they are journalled, or left.
    case orders(OrdersDelivery)
    /// Which question bank the daemon wants; answered once it wants one, however long that takes.
    case bank(Request)
    /// Bytes of the bank that it wants; answered with `taken`.
    case bankPart(BankPart)

    public struct Request: Hashable, Sendable, Codable {
        public var request: Int
        public init(request: Int) { self.request = request }
    }

    public struct SegmentRequest: Hashable, Sendable, Codable {
        public var request: Int
        public var after: Int
        public init(request: Int, after: Int) {
            self.request = request
            self.after = after
        }
    }

    public struct ReceiptDelivery: Hashable, Sendable, Codable {
        public var request: Int
        /// JWS by the center.
        public var receipt: String
        public init(request: Int, receipt: String) {
            self.request = request
            self.receipt = receipt
        }
    }

    public struct OrdersDelivery: Hashable, Sendable, Codable {
        public var request: Int
        public var orders: [SignedOrder]
        public init(request: Int, orders: [SignedOrder]) {
            self.request = request
            self.orders = orders
        }
    }

    public var request: Int {
        switch self {
        case .segment(let value): value.request
        case .receipt(let value): value.request
        case .lastOrder(let value): value.request
        case .orders(let value): value.request
        case .bank(let value): value.request
        case .bankPart(let value): value.request
        }
    }
}

/// What the daemon answers.
public enum ToCourier: Hashable, Sendable {
    case segment(SegmentAnswer)
    case taken(FromCourier.Request)
    case lastOrder(LastOrder)
    case bank(BankAnswer)

    public struct SegmentAnswer: Hashable, Sendable, Codable {
        public var request: Int
        public var segment: Segment
        public init(request: Int, segment: Segment) {
            self.request = request
            self.segment = segment
        }
    }

    public struct BankAnswer: Hashable, Sendable, Codable {
        public var request: Int
        public var wanted: BankWanted
        public init(request: Int, wanted: BankWanted) {
            self.request = request
            self.wanted = wanted
        }
    }

    public struct LastOrder: Hashable, Sendable, Codable {
        public var request: Int
        /// 0 before the first.
        public var sequence: Int
        public init(request: Int, sequence: Int) {
            self.request = request
            self.sequence = sequence
        }
    }

    public var request: Int {
        switch self {
        case .segment(let value): value.request
        case .taken(let value): value.request
        case .lastOrder(let value): value.request
        case .bank(let value): value.request
        }
    }
}

extension FromCourier: Codable {
    private enum Name: String, CodingKey { case segment, receipt, lastOrder, orders, bank, bankPart }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .segment(let value): try container.encode(value, forKey: .segment)
        case .receipt(let value): try container.encode(value, forKey: .receipt)
        case .lastOrder(let value): try container.encode(value, forKey: .lastOrder)
        case .orders(let value): try container.encode(value, forKey: .orders)
        case .bank(let value): try container.encode(value, forKey: .bank)
        case .bankPart(let value): try container.encode(value, forKey: .bankPart)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let name = container.allKeys.first, container.allKeys.count == 1 else { throw oneMember(decoder) }
        switch name {
        case .segment: self = .segment(try container.decode(SegmentRequest.self, forKey: name))
        case .receipt: self = .receipt(try container.decode(ReceiptDelivery.self, forKey: name))
        case .lastOrder: self = .lastOrder(try container.decode(Request.self, forKey: name))
        case .orders: self = .orders(try container.decode(OrdersDelivery.self, forKey: name))
        case .bank: self = .bank(try container.decode(Request.self, forKey: name))
        case .bankPart: self = .bankPart(try container.decode(BankPart.self, forKey: name))
        }
    }
}

extension ToCourier: Codable {
    private enum Name: String, CodingKey { case segment, taken, lastOrder, bank }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .segment(let value): try container.encode(value, forKey: .segment)
        case .taken(let value): try container.encode(value, forKey: .taken)
        case .lastOrder(let value): try container.encode(value, forKey: .lastOrder)
        case .bank(let value): try container.encode(value, forKey: .bank)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let name = container.allKeys.first, container.allKeys.count == 1 else { throw oneMember(decoder) }
        switch name {
        case .segment: self = .segment(try container.decode(SegmentAnswer.self, forKey: name))
        case .taken: self = .taken(try container.decode(FromCourier.Request.self, forKey: name))
        case .lastOrder: self = .lastOrder(try container.decode(LastOrder.self, forKey: name))
        case .bank: self = .bank(try container.decode(BankAnswer.self, forKey: name))
        }
    }
}

private func oneMember(_ decoder: any Decoder) -> DecodingError {
    DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a frame has one member, named after its kind"))
}
