// swift-tools-version: 6.2
// Every target of the product, top of the import order first; an import may only go downward.
import PackageDescription

// bin/bench alone asks for this: the engine that ours is compared with is no dependency of the product.
let withBenchmarks = Context.environment["HOOKSWITCH_BENCHMARKS"] != nil

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
    name: "hookswitch",
    products: [.executable(name: "hookswitch", targets: ["hookswitch"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ] + (withBenchmarks ? [.package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1")] : []),
    targets: [
        .executableTarget(
            name: "hookswitch",
            dependencies: [
                "Features", "Web", "FastCGI", "HTTPClient", "JSON", "Mail", "Spelling", "Time", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict),
        .target(
            name: "Features",
            dependencies: [
                "CPictures", "CQREncode", "Web", "Delivery", "Mail", "HTTPClient", "Database", "Templating", "HTTP", "Cron", "JSON",
                "Spelling",
                "Telephony",
                "Threading",
                "Time",
                logging, crypto, httpTypes,
            ],
            swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "CIDN2", "HTTP", "Templating", "Database", "Cron", "JSON", "Spelling", "Telephony", "Threading", "Time", logging, crypto,
                httpTypes,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "Delivery",
            dependencies: ["Database", "HTTPClient", "JSON", "Spelling", "Threading", "Time", logging, crypto],
            swiftSettings: strict),
        .target(name: "FastCGI", dependencies: ["CFastCGI", "HTTP", "Spelling", "Threading", httpTypes, logging], swiftSettings: strict),
        .target(
            name: "Database",
            dependencies: [
                "Spelling", "Threading", "Time", crypto, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Mail", dependencies: ["CCurl", "Database", "Spelling", "Threading", "Time", logging], swiftSettings: strict),
        .target(name: "HTTPClient", dependencies: ["CCurl", "Spelling", "Threading"], swiftSettings: strict),
        .target(name: "HTTP", dependencies: ["CZlib", "JSON", "Spelling", httpTypes], swiftSettings: strict),
        .target(name: "Templating", dependencies: ["Spelling"], swiftSettings: strict),
        .target(name: "Cron", dependencies: ["Threading", "Time"], swiftSettings: strict),
        .target(name: "JSON", dependencies: ["Spelling"], swiftSettings: strict),
        .target(name: "Telephony", dependencies: ["CPhoneNumber", "Spelling"], swiftSettings: strict),
        .target(name: "Spelling", swiftSettings: strict),
        .target(name: "Threading", swiftSettings: strict),
        .target(name: "Time", swiftSettings: strict),
        .systemLibrary(name: "CFastCGI", providers: [.apt(["libfcgi-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // Debian's libphonenumber-dev, which has no pkg-config file.
        .target(name: "CPhoneNumber", linkerSettings: [.linkedLibrary("phonenumber")]),
        // Debian's libidn2-dev and libicu-dev.
        .target(
            name: "CIDN2", publicHeadersPath: ".",
            linkerSettings: [.linkedLibrary("idn2"), .linkedLibrary("icui18n"), .linkedLibrary("icuuc")]),
        // Debian's libpng-dev, libturbojpeg0-dev and libgif-dev.
        .target(name: "CPictures", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("turbojpeg"), .linkedLibrary("gif")]),

        .target(
            name: "TestSupport",
            dependencies: ["Features", "Web", "Delivery", "HTTPClient", "HTTP", "Database", "JSON", "Time", httpTypes, logging, crypto],
            path: "Tests/TestSupport", swiftSettings: strict),
    ]
        + [
            "HTTP", "Templating", "Cron", "JSON", "Spelling", "Telephony", "Time", "Database", "HTTPClient", "FastCGI", "Delivery", "Mail",
            "Web",
            "Features",
        ].map { name in
            // Every test target may use what stands below Features, so that a test's imports are its own affair.
            let modules = Set([
                name, "TestSupport", "Web", "Delivery", "Mail", "HTTPClient", "HTTP", "Cron", "Database", "JSON", "Spelling", "Telephony",
                "Templating", "Threading", "Time",
            ]).sorted()
            return .testTarget(
                name: "\(name)Tests",
                dependencies: (modules + (name == "Features" ? ["CPictures"] : [])).map { .target(name: $0) } + [
                    httpTypes, logging, crypto,
                ],
                swiftSettings: strict)
        }
        + (withBenchmarks
            ? [
                .executableTarget(
                    name: "TemplateBenchmark",
                    dependencies: ["Templating", .product(name: "Mustache", package: "swift-mustache")],
                    path: "Benchmarks/TemplateBenchmark", swiftSettings: strict),
                .executableTarget(
                    name: "PacingBenchmark", dependencies: ["TestSupport"], path: "Benchmarks/PacingBenchmark", swiftSettings: strict),
            ] : []),
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
