// $generated
//
// The model gives the answers that it gave where this package was made.
#if canImport(TensorFlowLite)
import XCTest

@testable import $module

final class GoldenTests: XCTestCase {
$tests}
#endif
