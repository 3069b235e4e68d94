import CanonicalJSON
import CardReaders
import CenterLink
import Cryptography
import Dispatch
import Exam
import Glibc
import Ledger
import Packages
internal import Platform
import QuestionBank
import Synchronization

/// The appliance's daemon: the hall with its real journal, readers, terminals, courier and operators.
public final class Daemon: Sendable {
    private let configuration: HallConfiguration
    private let hall: Hall
    private let journal: Journal
    private let readers: (any CardReaderSource)?
    private let terminals: TerminalServer
    private let courier: CourierPort
    private let control: FrameListener
    private let timer: IntervalTimer

    /// Reads the configuration, recovers from the journal and opens the sockets; when this returns, the hall serves.
    ///
    /// - Throws: `Failure` with the file, the member and the remedy.
    public init(configurationFile path: String, onFatal: @escaping @Sendable (String) -> Void) async throws {
        let configuration: HallConfiguration
        do {
            configuration = try JSONCoder.decode(HallConfiguration.self, from: try readFile(path))
        } catch {
            throw Failure(.badConfiguration, "\(path): \(JSONCoder.explain(error))")
        }
        guard configuration.problems.isEmpty else {
            throw Failure(.badConfiguration, "\(path): " + configuration.problems.joined(separator: "; "))
        }
        self.configuration = configuration
        let time = SystemTime()
        let state = SystemStateFolder(configuration.state)
        try state.makeFolder(Hall.slips)
        let keys = try FileKeyStore(folder: configuration.keys)
        let trust: JWKS
        let candidateKey: [UInt8]
        do {
            trust = try JWKS(json: try readFile(configuration.trust))
            candidateKey = try CandidateKeyGrant.open(
                String(decoding: try readFile(configuration.grant), as: UTF8.self).filter { !$0.isWhitespace },
                center: trust, appliance: configuration.appliance, with: keys)
        } catch {
            throw Failure(
                .badConfiguration,
                "the center's keys cannot be used (\(error)); enrol the appliance: kaotai-courier enrol")
        }
        let staff = try Self.staff(of: configuration)
        let banks = try Self.banks(of: configuration, keys: keys)
        let (practice, practiceFault) = Self.practice(of: configuration, keys: keys)
        var options = Journal.Options()
        options.ballastMiB = configuration.ballastMiB
        journal = try Journal(
            in: state, time: time, appliance: configuration.appliance, key: keys, options: options)
        let executor = QueueExecutor(label: "hall")
        hall = Hall(
            .init(
                configuration: configuration, journal: journal, time: time, banks: banks, practice: practice,
                practiceFault: practiceFault, keys: keys, trust: trust, staff: staff,
                candidateKey: candidateKey, state: state,
                snapshots: QueueExecutor(label: "snapshots", quality: .utility)),
            executor: executor)
        await hall.onFatal(onFatal)
        let known = Anchors(in: state, center: trust, appliance: configuration.appliance)
        try await known.check(journal)
        if let newest = known.newest { _ = await hall.take(receipt: newest) }
        let anchors = Guarded(known)
        try await hall.recover()

        let hall = hall
        let journal = journal
        courier = try CourierPort(
            path: configuration.courierSocket,
            answers: .init(
                segment: { after in await Self.segment(after: after, of: journal) },
                receipt: { jws in
                    guard await hall.take(receipt: jws) else { return }
                    do {
                        // Receipts come one after the other.
                        var next = anchors.withLock { $0 }
                        try next.take(jws, center: trust, appliance: configuration.appliance, in: state)
                        anchors.withLock { [next] in $0 = next }
                    } catch {
                        Log.warning("the receipt is not kept as an anchor: \(error)")
                    }
                },
                orders: { await hall.take($0) },
                lastOrder: { await hall.lastOrder }, bank: { await hall.wantedBank() },
                bankPart: { await hall.take(bankPart: $0) }))
        let courier = courier
        await hall.onNews { courier.notify() }
        if let profiles = configuration.readerProfiles {
            let source = PCSCCardReaders(profiles: try ReaderProfile.load(folder: profiles))
            readers = source
            Task { for await event in source.events { await hall.receive(event) } }
            source.start()
        } else {
            readers = nil
        }
        terminals = try TerminalServer(configuration.terminals, hall: hall, queue: executor.queue)
        let readers = readers
        control = try ControlServer.listen(configuration.controlSocket) { request in
            await Self.answer(request, hall: hall, journal: journal, state: state, readers: readers, courier: courier)
        }
        timer = IntervalTimer(milliseconds: 200, on: executor.queue) { Task { await hall.tick() } }
    }

    private static func staff(of configuration: HallConfiguration) throws -> JWKS? {
        guard let path = configuration.staffAuthority else { return nil }
        do { return try JWKS(json: try readFile(path)) } catch {
            throw Failure(
                .badConfiguration,
                "staffAuthority: \(path): \(error); `kaotai provision staff-authority` writes that file")
        }
    }

    private static func banks(of configuration: HallConfiguration, keys: any KeyStore) throws -> BankFolder {
        let signers: JWKS
        do { signers = try JWKS(json: try readFile(configuration.bankSigners)) } catch {
            throw Failure(
                .badConfiguration,
                "bankSigners: \(configuration.bankSigners): \(error); it holds the public keys of those who sign banks")
        }
        let banks = BankFolder(configuration.banks, signers: signers, recipient: keys)
        try banks.prepare()
        return banks
    }

    /// The practice bank; what is wrong with it costs practice and nothing else.
    private static func practice(of configuration: HallConfiguration, keys: any KeyStore) -> (
        PracticeBank?, fault: String?
    ) {
        guard let path = configuration.practice else { return (nil, nil) }
        do {
            let signers = try JWKS(json: try readFile(configuration.bankSigners))
            return (try PracticeBank(QuestionPackage(path: path, trust: .keys(signers)), with: keys), nil)
        } catch {
            Log.error("no practice: \(path): \(error)")
            return (nil, "\(path): \(error)")
        }
    }

    /// Stops in order: the journal's last entry says so.
    public func stop() async {
        timer.cancel()
        readers?.stop()
        await hall.stop()
        courier.close()
        do {
            try await journal.close()
        } catch {
            Log.error("the journal is not closed well: \(error)")
        }
    }

    /// What the center lacks, up to the last signed head: heads set the pace at which the courier travels.
    private static func segment(after: Int, of journal: Journal) async -> Segment? {
        do {
            guard let head = try await journal.head(upTo: journal.tip.sequence), head.sequence > after else {
                return nil
            }
            return try await Segment.next(of: journal, after: after, limit: min(500, head.sequence - after))
        } catch {
            Log.error("no segment: \(error)")
            return nil
        }
    }

    private static func answer(
        _ request: ControlRequest, hall: Hall, journal: Journal, state: some StateFolder,
        readers: (any CardReaderSource)?,
        courier: CourierPort
    ) async -> ControlAnswer {
        switch request {
        case .status:
            let status = await hall.status(
                readers: readers?.readers() ?? [], courier: courier.status, journalSequence: journal.tip.sequence)
            return ControlAnswer(value: try? JSONCoder.tree(status))
        case .journalCopy(let path):
            do {
                try await journal.copy(to: path)
                return ControlAnswer(value: true)
            } catch {
                return ControlAnswer(error: "\(path): \(error)")
            }
        case .slip(let attempt, let path):
            do {
                try await hall.openSlip(AttemptID(rawValue: attempt), to: path)
                return ControlAnswer(value: true)
            } catch {
                return ControlAnswer(error: "\(error)", code: (error as? Failure)?.code.rawValue)
            }
        case .capture(let terminal):
            let picture: String? = await withCheckedContinuation { continuation in
                Task { await hall.capture(terminal) { continuation.resume(returning: $0) } }
            }
            return picture.map { ControlAnswer(value: .string($0)) }
                ?? ControlAnswer(error: "no terminal \"\(terminal)\" is connected; kaotai status lists them")
        case .installBank(let path):
            do {
                return ControlAnswer(value: try JSONCoder.tree(try await hall.install(file: path)))
            } catch {
                return ControlAnswer(error: "\(error)", code: (error as? Failure)?.code.rawValue)
            }
        case .ask(let wanted):
            return await act {
                try await hall.ask(
                    wanted.act, wanted.attempt, reason: wanted.reason, seat: wanted.seat,
                    milliseconds: wanted.milliseconds)
            }
        case .approve(let jws): return await act { try await hall.approve(jws) }
        case .pause(let seat): return await act(.pause, seat, hall)
        case .resume(let seat): return await act(.resume, seat, hall)
        case .confirmClock(let said):
            return await act { try await hall.confirmClock(day: said.day, by: said.by) }
        case .dispute(let attempt):
            return await answer {
                try JSONCoder.tree(
                    try await hall.disputeParts(of: AttemptID(attempt), receipt: Anchors.newest(in: state)))
            }
        case .signDispute(let attempt, let files):
            return await answer { .string(try await hall.signDispute(of: AttemptID(attempt), files: files)) }
        }
    }

    /// What a request gives, or the words and the code of why it gives nothing.
    private static func answer(_ body: () async throws -> JSONValue) async -> ControlAnswer {
        do { return ControlAnswer(value: try await body()) } catch {
            return ControlAnswer(error: "\(error)", code: (error as? Failure)?.code.rawValue)
        }
    }

    private static func act(_ act: OperatorAct, _ seat: Int, _ hall: Hall) async -> ControlAnswer {
        await self.act { try await hall.perform(act, at: seat) }
    }

    /// An act's entry, or why it was not done.
    private static func act(_ body: () async throws -> Entry) async -> ControlAnswer {
        await answer { try JSONCoder.decode(JSONValue.self, from: Array(try await body().line.utf8)) }
    }
}
