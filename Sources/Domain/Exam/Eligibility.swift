public import CivilTime

/// Why a person sits this exam (Order 162 Art. 28, 30, 36, 37, 79; Order 163).
public enum ExamReason: String, Hashable, Sendable, Codable, CaseIterable {
    case first, restore, foreign, military, full12
}

/// What the center knows of a candidate's case, carried by the booking.
public struct EligibilityFacts: Hashable, Sendable, Codable {
    public enum Cancellation: String, Hashable, Sendable, Codable {
        /// More than a year past its validity: Order 162 Art. 79(8).
        case expired
        /// No medical certificate handed in: Art. 79(9); no exam, the counter settles it.
        case medical
        /// Revoked or withdrawn: never restored.
        case revoked
    }

    public var reason: ExamReason
    public var cancelledOn: CalendarDate?
    public var cancellation: Cancellation?
    /// The licence to be exchanged is past its validity.
    public var licenceExpired: Bool?
    public var studyComplete: Bool?
    /// A waiting time runs until this day.
    public var waitingUntil: CalendarDate?

    public init(
        reason: ExamReason, cancelledOn: CalendarDate? = nil, cancellation: Cancellation? = nil,
        licenceExpired: Bool? = nil, studyComplete: Bool? = nil, waitingUntil: CalendarDate? = nil
    ) {
        self.reason = reason
        self.cancelledOn = cancelledOn
        self.cancellation = cancellation
        self.licenceExpired = licenceExpired
        self.studyComplete = studyComplete
        self.waitingUntil = waitingUntil
    }
}

/// Why a candidate with a booking is not seated; each has its words (`refusal.notEligible.…`).
public enum Ineligibility: String, Hashable, Sendable, Codable, CaseIterable {
    /// A military licence of this class is exchanged without an exam (Order 162 Art. 28, 36).
    case exempt
    /// Two years have passed since the cancellation (Order 162 Art. 79 p3): apply anew.
    case twoYears
    case revoked
    case studyIncomplete
    /// Exchange wants a valid licence (Order 162 Art. 27(6), (7)).
    case licenceExpired
    /// The counter decides: this case is not one for the exam seat.
    case counter
    case waiting
}

extension EligibilityFacts {
    /// The first reason why this candidate is not seated for this programme and class on this day.
    public func ineligibility(programme: Programme, vehicleClass: VehicleClass, on day: CalendarDate) -> Ineligibility?
    {
        if let waitingUntil, day < waitingUntil { return .waiting }
        switch reason {
        case .restore:
            guard let cancellation, let cancelledOn else { return .counter }
            switch cancellation {
            case .revoked: return .revoked
            case .medical: return .counter
            case .expired: if day >= cancelledOn.adding(years: 2) { return .twoYears }
            }
        case .military:
            if !["A1", "A2", "A3", "B1", "B2"].contains(vehicleClass) { return .exempt }
            if licenceExpired == true { return .licenceExpired }
        case .foreign:
            if licenceExpired == true { return .licenceExpired }
        case .full12:
            if studyComplete != true { return .studyIncomplete }
        case .first:
            break
        }
        return programme.isFor(vehicleClass) ? nil : .counter
    }
}
