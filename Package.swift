// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "kaotai",
    products: [
        .executable(name: "kaotaid", targets: ["kaotaid"]),
        .executable(name: "kaotai-terminal", targets: ["kaotai-terminal"]),
        .executable(name: "kaotai-courier", targets: ["kaotai-courier"]),
        .executable(name: "kaotai-center", targets: ["kaotai-center"]),
        .executable(name: "kaotai", targets: ["kaotai"]),
        .library(name: "VirtualReader", type: .dynamic, targets: ["VirtualReader"]),
    ],
    dependencies: [],
    targets: [
        // System libraries: one module map and shim each.
        .systemLibrary(name: "CSQLite", path: "Sources/SystemLibraries/CSQLite", pkgConfig: "sqlite3"),
        .systemLibrary(name: "CPCSC", path: "Sources/SystemLibraries/CPCSC", pkgConfig: "libpcsclite"),
        .systemLibrary(name: "CCrypto", path: "Sources/SystemLibraries/CCrypto", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CEvdev", path: "Sources/SystemLibraries/CEvdev", pkgConfig: "libevdev"),
        .systemLibrary(name: "CPangoCairo", path: "Sources/SystemLibraries/CPangoCairo", pkgConfig: "pangocairo"),
        .systemLibrary(name: "CQRencode", path: "Sources/SystemLibraries/CQRencode", pkgConfig: "libqrencode"),
        .systemLibrary(name: "CCurl", path: "Sources/SystemLibraries/CCurl", pkgConfig: "libcurl"),
        .systemLibrary(
            name: "CMicrohttpd", path: "Sources/SystemLibraries/CMicrohttpd", pkgConfig: "libmicrohttpd"),
        .systemLibrary(name: "CVNCServer", path: "Sources/SystemLibraries/CVNCServer", pkgConfig: "libvncserver"),
        .systemLibrary(name: "CRSVG", path: "Sources/SystemLibraries/CRSVG", pkgConfig: "librsvg-2.0"),
        .systemLibrary(name: "COpenCC", path: "Sources/SystemLibraries/COpenCC", pkgConfig: "opencc"),
        .systemLibrary(name: "CXML2", path: "Sources/SystemLibraries/CXML2", pkgConfig: "libxml-2.0"),
        .systemLibrary(name: "CZip", path: "Sources/SystemLibraries/CZip", pkgConfig: "libzip"),
        .target(name: "CPlatform", path: "Sources/SystemLibraries/CPlatform"),
        .target(name: "CDrawingFloor", path: "Sources/SystemLibraries/CDrawingFloor"),
        .target(name: "CRescoringFloor", path: "Sources/SystemLibraries/CRescoringFloor"),
        .target(name: "VirtualReader", path: "Sources/SystemLibraries/VirtualReader"),

        // Platform
        .target(name: "CanonicalJSON", path: "Sources/Platform/CanonicalJSON"),
        .target(name: "CivilTime", path: "Sources/Platform/CivilTime"),
        .target(
            name: "Platform", dependencies: ["CanonicalJSON", "CivilTime", "CPlatform"],
            path: "Sources/Platform/Platform"),

        // Domain: pure
        .target(name: "Exam", dependencies: ["CanonicalJSON", "CivilTime"], path: "Sources/Domain/Exam"),
        .target(
            name: "QuestionBank", dependencies: ["Exam", "CanonicalJSON", "CivilTime"],
            path: "Sources/Domain/QuestionBank"),
        .target(name: "IdentityCards", dependencies: ["CivilTime"], path: "Sources/Domain/IdentityCards"),

        // Storage
        .target(name: "SQLite", dependencies: ["CSQLite", "CPlatform"], path: "Sources/Storage/SQLite"),
        .target(
            name: "Cryptography", dependencies: ["CCrypto", "CanonicalJSON", "CivilTime", "Platform"],
            path: "Sources/Storage/Cryptography"),
        .target(
            name: "Ledger", dependencies: ["SQLite", "Cryptography", "CanonicalJSON", "CivilTime", "Platform"],
            path: "Sources/Storage/Ledger"),
        .target(
            name: "Packages",
            dependencies: ["QuestionBank", "Exam", "Cryptography", "CanonicalJSON", "CivilTime", "Platform"],
            path: "Sources/Storage/Packages"),

        // Devices
        .target(
            name: "CardReaders", dependencies: ["CanonicalJSON", "CPCSC", "IdentityCards", "Platform"],
            path: "Sources/Devices/CardReaders"),
        .target(
            name: "VirtualCards", dependencies: ["CivilTime", "CPlatform", "IdentityCards", "Platform"],
            path: "Sources/Devices/VirtualCards"),
        .target(name: "Touch", dependencies: ["CEvdev", "CPlatform", "Platform"], path: "Sources/Devices/Touch"),
        .target(name: "Display", dependencies: ["CPlatform", "Platform"], path: "Sources/Devices/Display"),

        // Links
        .target(
            name: "TerminalLink", dependencies: ["Platform", "CanonicalJSON"], path: "Sources/Links/TerminalLink"),
        .target(
            name: "CenterLink",
            dependencies: ["Exam", "Ledger", "Cryptography", "Platform", "CanonicalJSON", "CivilTime"],
            path: "Sources/Links/CenterLink"),
        .target(
            name: "Courier", dependencies: ["CenterLink", "CCurl", "Platform", "Cryptography", "CanonicalJSON"],
            path: "Sources/Links/Courier"),

        // Authoring
        .target(
            name: "Workshop",
            dependencies: [
                "QuestionBank", "Packages", "Exam", "COpenCC", "CRSVG", "CanonicalJSON", "CivilTime", "Cryptography",
                "Platform",
            ],
            path: "Sources/Authoring/Workshop"),
        .target(
            name: "Interchange",
            dependencies: [
                "CanonicalJSON", "CXML2", "CZip", "Cryptography", "Exam", "Platform", "QuestionBank", "Workshop",
            ],
            path: "Sources/Authoring/Interchange"),

        .target(
            name: "Measurement",
            dependencies: [
                "QuestionBank", "Exam", "Ledger", "CanonicalJSON", "CivilTime", "Cryptography", "Platform",
            ],
            path: "Sources/Authoring/Measurement"),

        // Center
        .target(
            name: "Center",
            dependencies: [
                "CenterLink", "Exam", "IdentityCards", "QuestionBank", "Packages", "Ledger", "SQLite", "Cryptography",
                "CMicrohttpd",
                "Platform", "CanonicalJSON", "CivilTime",
            ],
            path: "Sources/Center/Center"),

        // Appliance
        .target(
            name: "Hall",
            dependencies: [
                "Exam", "QuestionBank", "IdentityCards", "Packages", "Ledger", "Cryptography", "TerminalLink",
                "CenterLink", "CardReaders", "Platform", "CanonicalJSON", "CivilTime",
            ],
            path: "Sources/Appliance/Hall"),
        .target(
            name: "Terminal",
            dependencies: [
                "TerminalLink", "Touch", "Display", "CPangoCairo", "CQRencode", "Platform", "CanonicalJSON",
            ],
            path: "Sources/Appliance/Terminal"),

        // Proving: the whole house at work, for people who want to see it and for those who measure it
        .target(
            name: "SeatViewer", dependencies: ["CVNCServer", "Platform", "Touch"],
            path: "Sources/Proving/SeatViewer"),
        .target(
            name: "Demonstration",
            dependencies: [
                "CanonicalJSON", "CenterLink", "CivilTime", "Cryptography", "Exam", "Hall", "IdentityCards", "Ledger",
                "Packages", "Platform", "QuestionBank", "SeatViewer", "TerminalLink", "Touch", "VirtualCards",
                "Workshop",
            ],
            path: "Sources/Proving/Demonstration"),
        .target(
            name: "Dispute",
            dependencies: [
                "CanonicalJSON", "CenterLink", "CivilTime", "Cryptography", "Exam", "Hall", "Interchange", "Ledger",
                "Packages", "Platform", "QuestionBank", "TerminalLink",
            ],
            path: "Sources/Proving/Dispute"),
        .target(
            name: "Replay",
            dependencies: [
                "CivilTime", "Cryptography", "Exam", "Hall", "Ledger", "Packages", "Platform", "Terminal",
                "TerminalLink",
            ],
            path: "Sources/Proving/Replay"),
        .target(
            name: "Benchmarks",
            dependencies: [
                "CDrawingFloor", "CPangoCairo", "CRescoringFloor", "CSQLite", "CivilTime", "Demonstration", "Exam",
                "Measurement", "Platform", "TerminalLink",
            ],
            path: "Sources/Proving/Benchmarks"),

        // Programs
        .executableTarget(name: "kaotaid", dependencies: ["Hall", "Platform"], path: "Sources/Programs/kaotaid"),
        .executableTarget(
            name: "kaotai-terminal", dependencies: ["Terminal", "Platform"], path: "Sources/Programs/kaotai-terminal"),
        .executableTarget(
            name: "kaotai-courier", dependencies: ["Courier", "CenterLink", "Platform", "CanonicalJSON"],
            path: "Sources/Programs/kaotai-courier"),
        .executableTarget(
            name: "kaotai-center", dependencies: ["Center", "Platform"], path: "Sources/Programs/kaotai-center"),
        .executableTarget(
            name: "kaotai",
            dependencies: [
                "Benchmarks", "CCrypto", "CSQLite", "CanonicalJSON", "CardReaders", "Center", "CenterLink",
                "CivilTime", "Courier", "Cryptography", "Demonstration", "Dispute", "Exam", "Hall", "Interchange",
                "Ledger",
                "Packages", "IdentityCards", "Measurement", "Platform", "QuestionBank", "Replay", "SQLite", "Terminal",
                "TerminalLink", "Workshop",
            ],
            path: "Sources/Programs/kaotai"),

        // Tests
        // Devices without a kernel driver: an ioctl(2) and read(2) of our own in front of libc's, in test programs only.
        .target(name: "DeviceFakes", path: "Tests/DeviceFakes"),
        .testTarget(name: "CanonicalJSONTests", dependencies: ["CanonicalJSON"]),
        .testTarget(
            name: "CenterLinkTests",
            dependencies: [
                "CenterLink", "Courier", "Exam", "Ledger", "Cryptography", "Platform", "CanonicalJSON", "CivilTime",
            ]),
        .testTarget(
            name: "CenterTests",
            dependencies: [
                "Center", "Courier", "CenterLink", "Exam", "IdentityCards", "QuestionBank", "Packages", "Ledger",
                "Cryptography", "Platform", "CanonicalJSON", "CivilTime",
            ]),
        .testTarget(
            name: "CardReadersTests",
            dependencies: ["CanonicalJSON", "CardReaders", "CivilTime", "IdentityCards", "Platform", "VirtualCards"]),
        .testTarget(
            name: "CryptographyTests", dependencies: ["Cryptography", "CanonicalJSON", "CivilTime", "Platform"]),
        .testTarget(
            name: "DemonstrationTests",
            dependencies: [
                "CanonicalJSON", "Cryptography", "Demonstration", "Exam", "Hall", "Ledger", "Packages", "Platform",
                "Replay", "Terminal", "TerminalLink",
            ]),
        .testTarget(name: "DisplayTests", dependencies: ["Display", "DeviceFakes", "CPlatform", "Platform"]),
        .testTarget(name: "ExamTests", dependencies: ["Exam", "CanonicalJSON", "CivilTime"]),
        // A disk in memory for SQLite and for the state folder: it fails by rule, and its power is cut.
        .target(name: "SimulatedDisk", dependencies: ["CSQLite", "Platform"], path: "Tests/SimulatedDisk"),
        .testTarget(
            name: "HallTests",
            dependencies: [
                "Hall", "CanonicalJSON", "CardReaders", "CenterLink", "CivilTime", "Cryptography", "Dispute", "Exam",
                "IdentityCards", "Interchange",
                "Ledger", "Packages", "Platform", "QuestionBank", "SimulatedDisk", "TerminalLink", "VirtualCards",
                "Workshop",
            ]),
        .testTarget(
            name: "HouseTests", dependencies: ["CanonicalJSON", "Center", "Courier", "Hall", "Platform", "Terminal"]),
        // The functions that the fuzzer calls, and `FuzzTests` on the files of the corpus.
        .target(
            name: "FuzzEntries",
            dependencies: [
                "CanonicalJSON", "CenterLink", "Cryptography", "Exam", "Hall", "IdentityCards", "Interchange", "Ledger",
                "Measurement", "Packages", "Platform", "QuestionBank", "TerminalLink", "Touch", "Workshop",
            ],
            path: "Tests/Fuzz/Entries"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzEntries", "Platform"]),
        .testTarget(name: "IdentityCardsTests", dependencies: ["IdentityCards", "CivilTime"]),
        .testTarget(
            name: "InterchangeTests",
            dependencies: ["CZip", "Exam", "Interchange", "Platform", "QuestionBank", "Workshop"]),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "SQLite", "Cryptography", "CanonicalJSON", "CivilTime", "Platform", "SimulatedDisk",
            ]),
        .testTarget(
            name: "MeasurementTests",
            dependencies: [
                "Measurement", "QuestionBank", "Exam", "Ledger", "Cryptography", "CanonicalJSON", "CivilTime",
                "Platform", "Workshop",
            ]),
        .testTarget(
            name: "PackagesTests",
            dependencies: [
                "Packages", "QuestionBank", "Exam", "Cryptography", "CanonicalJSON", "CivilTime", "Platform",
            ]),
        .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
        .testTarget(name: "SeatViewerTests", dependencies: ["SeatViewer", "Platform", "Touch"]),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "Platform", "SimulatedDisk"]),
        // Altered copies of a real journal, and who finds them.
        .target(
            name: "Tampering",
            dependencies: [
                "CSQLite", "CanonicalJSON", "CardReaders", "CenterLink", "CivilTime", "Cryptography", "Exam", "Hall",
                "IdentityCards", "Ledger", "Packages", "Platform", "QuestionBank", "TerminalLink", "VirtualCards",
                "Workshop",
            ],
            path: "Tests/Tampering"),
        .testTarget(
            name: "TamperingTests",
            dependencies: [
                "Tampering", "CanonicalJSON", "Cryptography", "Hall", "Ledger", "Packages", "Platform", "QuestionBank",
            ]),
        .testTarget(
            name: "TerminalTests",
            dependencies: ["Terminal", "TerminalLink", "Display", "Touch", "Platform", "CanonicalJSON"]),
        // The long form of what the tests do in short: `make torture`.
        .executableTarget(
            name: "torture",
            dependencies: [
                "CanonicalJSON", "CivilTime", "Cryptography", "FuzzEntries", "Platform", "Simulation", "Tampering",
            ],
            path: "Tests/Torture", exclude: ["REPORT.md"]),
        // The hall and its center on simulated machines: whole days from a seed, and what must hold on each.
        .target(
            name: "Simulation",
            dependencies: [
                "CanonicalJSON", "CardReaders", "CenterLink", "CivilTime", "Cryptography", "Exam", "Hall",
                "IdentityCards", "Ledger", "Packages", "Platform", "QuestionBank", "SimulatedDisk", "TerminalLink",
                "VirtualCards",
            ],
            path: "Tests/Simulation", exclude: ["plant.py", "planted.json"]),
        .testTarget(name: "SimulationTests", dependencies: ["CanonicalJSON", "Platform", "Simulation"]),
        .testTarget(name: "TouchTests", dependencies: ["Touch", "DeviceFakes", "Platform"]),
        .testTarget(
            name: "WorkshopTests",
            dependencies: [
                "Workshop", "Packages", "Cryptography", "QuestionBank", "Exam", "CanonicalJSON", "CivilTime",
                "Platform",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// One place for the settings of every Swift target.
for target in package.targets
where ![.system, .plugin].contains(target.type)
    && !["CPlatform", "VirtualReader", "DeviceFakes", "CDrawingFloor", "CRescoringFloor"].contains(target.name)
{
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
            .treatAllWarnings(as: .error),
        ]
}
