// swift-tools-version:5.7
// $generated
//
// Builds what is Swift alone: types and encoding, with their tests. The class that runs the model is compiled where the
// module TensorFlowLite can be imported: in an app that takes the pod $module.podspec.
import PackageDescription

let package = Package(
  name: "$module",
  platforms: [.iOS(.v12), .macOS(.v11)],
  products: [
    .library(name: "$module", targets: ["$module"])
  ],
  targets: [
    .target(name: "$module", resources: [.copy("Resources/$name.tflite")]),
    .testTarget(name: "${module}Tests", dependencies: ["$module"], resources: [.copy("Resources/golden.json")]),
  ]
)
