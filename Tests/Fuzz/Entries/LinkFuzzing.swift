internal import CanonicalJSON
internal import CenterLink
internal import Cryptography
internal import Platform
internal import TerminalLink

/// What comes through the appliance's sockets, and what the center or somebody in its place answers.
enum LinkFuzzing {
    /// A stream of frames, and the bytes as the payload of one.
    static func takeFrames(_ bytes: [UInt8]) {
        var decoder = FrameDecoder()
        decoder.append(bytes)
        var taken = 0
        do throws(FrameDecoder.TooLong) {
            while let frame = try decoder.next() {
                taken += frame.count + 4
                payload(frame)
            }
        } catch {
            precondition(error.length > FrameDecoder.limit, "a frame within the limit was refused")
        }
        precondition(taken <= bytes.count, "more was taken than came")
        payload(bytes)
    }

    private static func payload(_ bytes: [UInt8]) {
        readsBack(FromTerminal.self, bytes)
        readsBack(ToTerminal.self, bytes)
        readsBack(FromCourier.self, bytes)
        readsBack(ToCourier.self, bytes)
    }

    private static func readsBack<Frame: Codable & Equatable>(_ type: Frame.Type, _ bytes: [UInt8]) {
        guard let frame = try? JSONCoder.decode(type, from: bytes), let again = try? JSONCoder.encode(frame) else {
            return
        }
        precondition(
            (try? JSONCoder.decode(type, from: again)) == frame, "a frame reads otherwise once it is written")
    }

    private static let center = SigningKey.generate(.intl)

    /// Segments, orders, receipts and enrolments: as they came, and as content that the center really signed.
    static func readAnswers(_ bytes: [UInt8]) {
        do throws(Segment.Malformed) {
            let (segment, entries) = try Segment.parse(jsonLines: bytes, appliance: "a")
            precondition(segment.lines.count == entries.count && !entries.isEmpty, "lines that are no entries")
        } catch {
            precondition(error.line >= 0 && !error.reason.isEmpty, "a refusal without its place")
        }
        let trust = JWKS(keys: [center.publicJWK])
        if let page = try? JSONCoder.decode(OrderPage.self, from: bytes) {
            for order in page.orders { take(order, trust) }
        }
        _ = try? JSONCoder.decode(EnrolmentAnswer.self, from: bytes)
        _ = try? JSONCoder.decode(Problem.self, from: bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = Receipt.unverifiedSequence(text)
        precondition((try? Receipt.read(text, center: trust, appliance: "a")) == nil, "what nobody signed was believed")
        guard let signed = try? JWS.sign(bytes: bytes, key: center) else { return }
        _ = try? Receipt.read(signed, center: trust, appliance: "a")
        take(SignedOrder(jws: signed), trust)
    }

    private static func take(_ order: SignedOrder, _ trust: JWKS) {
        var chain = OrderChain(appliance: "a")
        let before = chain
        do throws(CenterDocumentError) {
            guard let taken = try chain.take(order, center: trust) else {
                return precondition(chain == before, "an order taken before moved the chain")
            }
            _ = try? taken.booking()
            _ = try? taken.bankRelease()
        } catch {
            precondition(chain == before && !error.description.isEmpty, "a refused order moved the chain")
        }
    }
}
