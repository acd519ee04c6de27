// $generated
//
// Rows whose answers are known.
import Foundation
import XCTest

@testable import $module

enum Golden {
  static func rows() -> [Features] {
    return [$row_calls]
  }

$row_functions
  /// What `golden.json` holds: numbers of tensors and answers, and by how much answers may differ.
  struct Numbers: Decodable {
    let tensors: [[Double?]]
    let answers: [String: [[Double?]?]]
    let tolerances: [String: [Double]]
  }

  static func numbers() throws -> Numbers {
    #if SWIFT_PACKAGE
    let resources = Bundle.module
    #else
    let resources = Bundle(for: EncodingTests.self)
    #endif
    let url = try XCTUnwrap(resources.url(forResource: "golden", withExtension: "json"))
    return try JSONDecoder().decode(Numbers.self, from: Data(contentsOf: url))
  }

  /// Compares numbers; nil is no finite number, and an answer's tolerances repeat.
  static func compare(_ what: String, _ actual: [Double], _ expected: [Double?], _ tolerances: [Double]) {
    XCTAssertEqual(actual.count, expected.count, what)
    for (at, (one, other)) in zip(actual, expected).enumerated() {
      if let other = other {
        XCTAssertLessThanOrEqual(abs(one - other), tolerances[at % tolerances.count], what + " " + String(at))
      } else {
        XCTAssertFalse(one.isFinite, what + " " + String(at))
      }
    }
  }
}
