// $generated
//
// How values become the numbers that tensors hold. Nothing here needs TensorFlow Lite.
import Foundation

/// What is wrong with a row.
public enum RowError: Error {
  /// The model does not take it, as scikit-learn does not.
  case invalid(String)
  /// The model has no answer for it, as scikit-learn has none.
  case noAnswer(String)
}

/// A value of a column of text: a text, or a missing value. scikit-learn tells three of these apart: NaN (`missing`),
/// None (`pythonNone`) and pandas.NA (`na`). A text that the model does not know is an unknown category, as it is to
/// scikit-learn.
public struct Category: ExpressibleByStringLiteral {
  public let text: String?
  let code: Int32

  public init(_ text: String) {
    self.text = text
    self.code = 0
  }

  public init(stringLiteral text: String) {
    self.init(text)
  }

  private init(code: Int32) {
    self.text = nil
    self.code = code
  }

  public static let unknown = Category(code: -1)
  public static let missing = Category(code: -2)
  public static let pythonNone = Category(code: -3)
  public static let na = Category(code: -4)
}

/// The texts that the model knows of a column; their positions are their codes.
public struct Vocabulary {
  public let texts: [String]
  // By UTF-8: to Swift's == an accented letter is the same as the letter and its accent, and to scikit-learn it is not.
  private let codes: [[UInt8]: Int32]

  init(_ texts: [String]) {
    var codes: [[UInt8]: Int32] = [:]
    for (code, text) in texts.enumerated() {
      codes[Array(text.utf8)] = Int32(code)
    }
    self.texts = texts
    self.codes = codes
  }

  func code(_ value: Category) -> Int32 {
    guard let text = value.text else { return value.code }
    return codes[Array(text.utf8)] ?? Category.unknown.code
  }
}

func number(_ value: Float, _ takesMissing: Bool, _ feature: String) throws -> Float {
  if value.isInfinite {
    throw RowError.invalid(feature + " is infinite, or too large for a float32")
  }
  if value.isNaN && !takesMissing {
    throw RowError.invalid(feature + " is missing, and the model takes no missing value there")
  }
  return value
}

func oneOf(_ only: [Float], _ value: Float, _ feature: String) throws -> Float {
  if only.contains(where: { $$0 == value || ($$0.isNaN && value.isNaN) }) { return value }
  throw RowError.invalid(feature + " is none of the numbers that the model knows")
}

func oneOf(_ only: [Int32], _ value: Int32, _ feature: String) throws -> Int32 {
  if only.contains(value) { return value }
  throw RowError.invalid(feature + " is none of the numbers that the model knows")
}

func code(_ vocabulary: Vocabulary, _ value: Category, _ refused: [Int32], _ feature: String) throws -> Int32 {
  let code = vocabulary.code(value)
  if !refused.contains(code) { return code }
  if code < Category.unknown.code {
    throw RowError.invalid(feature + " is missing, and the model takes no missing value there")
  }
  throw RowError.invalid(feature + " is none of the categories that the model knows: " + (value.text ?? ""))
}

/// The code points of a text, filled up to a length.
func characters(_ text: String, _ length: Int, _ padding: Int32, _ feature: String) throws -> [Int32] {
  var points = text.unicodeScalars.map { Int32($$0.value) }
  if points.count > length {
    throw RowError.invalid(feature + " is a text of more than " + String(length) + " characters")
  }
  points += [Int32](repeating: padding, count: length - points.count)
  return points
}

/// The position of the greatest number, as NumPy's argmax has it: the first one, or that of NaN.
func greatest(_ numbers: [Float]) -> Int {
  var best = 0
  for (at, value) in numbers.enumerated() {
    if value > numbers[best] || (value.isNaN && !numbers[best].isNaN) { best = at }
  }
  return best
}

/// Numbers that a tensor holds; the first argument only says of which type.
func held<T>(_ zero: T, _ data: Data, _ start: Int, _ count: Int) -> [T] {
  var found = [T](repeating: zero, count: count)
  let size = MemoryLayout<T>.stride
  let first = data.startIndex + start * size
  _ = found.withUnsafeMutableBytes { data.copyBytes(to: $$0, from: first..<(first + count * size)) }
  return found
}

extension Data {
  mutating func put<T>(_ value: T) {
    Swift.withUnsafeBytes(of: value) { append(contentsOf: $$0) }
  }
}
