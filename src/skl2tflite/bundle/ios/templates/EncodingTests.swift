// $generated
//
// Rows become the numbers that the model was checked with.
import XCTest

@testable import $module

final class EncodingTests: XCTestCase {
  func testGoldenRowsBecomeTensors() throws {
    let expected = try Golden.numbers().tensors
    var tensors = FeaturesTensors()
    for row in Golden.rows() {
      try tensors.append(row)
    }
$checks
  }
}
