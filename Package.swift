// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "fledge",
    platforms: [.macOS(.v14)],
    products: [
        .library(name: "Fledge", targets: ["Fledge"]),
        .library(name: "FledgeTensor", targets: ["FledgeTensor"]),
        .library(name: "FledgeTokenizers", targets: ["FledgeTokenizers"]),
        .library(name: "FledgeTemplates", targets: ["FledgeTemplates"]),
        .library(name: "FledgeReports", targets: ["FledgeReports"]),
        .library(name: "FledgeHub", targets: ["FledgeHub"]),
        .library(name: "FledgeData", targets: ["FledgeData"]),
        .library(name: "FledgeNN", targets: ["FledgeNN"]),
        .library(name: "FledgeModels", targets: ["FledgeModels"]),
        .library(name: "FledgeGeneration", targets: ["FledgeGeneration"]),
        .library(name: "FledgeTraining", targets: ["FledgeTraining"]),
        .library(name: "FledgeEvaluation", targets: ["FledgeEvaluation"]),
        .library(name: "FledgeLifecycle", targets: ["FledgeLifecycle"]),
        .executable(name: "fledge", targets: ["FledgeCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // ground
        .target(name: "CFledgeKernels"),
        .target(name: "FledgeTensor", dependencies: ["CFledgeKernels"], swiftSettings: settings),
        // text
        .target(name: "FledgeTokenizers", swiftSettings: settings),
        .target(name: "FledgeTemplates", swiftSettings: settings),
        .target(name: "FledgeReports", swiftSettings: settings),
        .target(
            name: "FledgeHub",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "FledgeData", dependencies: ["FledgeTemplates", "CZlib"], swiftSettings: settings),
        // models
        .target(name: "FledgeNN", dependencies: ["FledgeTensor"], swiftSettings: settings),
        .target(
            name: "FledgeModels",
            dependencies: ["FledgeNN", "FledgeTensor", "FledgeTokenizers", "FledgeHub"],
            swiftSettings: settings),
        // using
        .target(
            name: "FledgeGeneration",
            dependencies: [
                "FledgeData", "FledgeModels", "FledgeNN", "FledgeReports", "FledgeTemplates", "FledgeTensor",
                "FledgeTokenizers",
            ],
            swiftSettings: settings),
        // learning
        .target(
            name: "FledgeTraining",
            dependencies: [
                "CFledgeKernels", "FledgeData", "FledgeModels", "FledgeNN", "FledgeTemplates", "FledgeTensor",
                "FledgeTokenizers",
            ],
            swiftSettings: settings),
        // judging
        .target(name: "FledgeEvaluation", swiftSettings: settings),
        // lifecycle
        .target(
            name: "FledgeLifecycle",
            dependencies: [
                "FledgeData", "FledgeEvaluation", "FledgeGeneration", "FledgeModels", "FledgeNN", "FledgeReports",
                "FledgeTemplates", "FledgeTensor", "FledgeTokenizers",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        // faces
        .target(
            name: "Fledge",
            dependencies: [
                "FledgeTensor", "FledgeTokenizers", "FledgeTemplates", "FledgeHub", "FledgeData", "FledgeNN",
                "FledgeModels", "FledgeGeneration", "FledgeReports", "FledgeTraining", "FledgeEvaluation",
                "FledgeLifecycle",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "FledgeCLI",
            dependencies: [
                "Fledge", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),
        // tests
        .testTarget(
            name: "FledgeTensorTests", dependencies: ["FledgeTensor", "CFledgeKernels"], swiftSettings: settings),
        .testTarget(
            name: "FledgeTokenizersTests", dependencies: ["FledgeTokenizers"], resources: [.copy("Fixtures")],
            swiftSettings: settings),
        .testTarget(
            name: "FledgeTemplatesTests", dependencies: ["FledgeTemplates"], resources: [.copy("Fixtures")],
            swiftSettings: settings),
        .testTarget(name: "FledgeReportsTests", dependencies: ["FledgeReports"], swiftSettings: settings),
        .testTarget(
            name: "FledgeDataTests", dependencies: ["FledgeData", "FledgeTemplates"], resources: [.copy("Fixtures")],
            swiftSettings: settings),
        .testTarget(
            name: "FledgeHubTests",
            dependencies: [
                "FledgeHub", "Fledge",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FledgeModelsTests", dependencies: ["FledgeModels", "FledgeNN", "FledgeTensor"],
            swiftSettings: settings),
        .testTarget(
            name: "FledgeGenerationTests",
            dependencies: [
                "FledgeGeneration", "FledgeData", "FledgeModels", "FledgeNN", "FledgeTemplates", "FledgeTensor",
                "FledgeTokenizers",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FledgeTrainingTests",
            dependencies: ["FledgeTraining", "FledgeData", "FledgeTemplates", "FledgeTensor", "FledgeTokenizers"],
            resources: [.copy("Fixtures")], swiftSettings: settings),
        .testTarget(
            name: "FledgeEvaluationTests", dependencies: ["FledgeEvaluation", "FledgeData", "FledgeTemplates"],
            resources: [.copy("Fixtures")], swiftSettings: settings),
        .testTarget(
            name: "FledgeLifecycleTests",
            dependencies: [
                "FledgeLifecycle", "FledgeData", "FledgeEvaluation", "FledgeGeneration", "FledgeModels",
                "FledgeTemplates", "FledgeTensor", "FledgeTokenizers",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FledgeCLITests", dependencies: ["FledgeCLI", "FledgeTensor"], exclude: ["Snapshots"],
            swiftSettings: settings),
    ]
)
