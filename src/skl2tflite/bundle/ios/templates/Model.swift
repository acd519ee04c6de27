// $generated
#if canImport(TensorFlowLite)
import Foundation
import TensorFlowLite

/// The model, run by TensorFlow Lite. Use an object in one thread at a time.
///
/// Each method throws `RowError.invalid` for a row that scikit-learn refuses, and `RowError.noAnswer` for one that it has
/// no answer for.
public final class $class_name {
  private let interpreter: Interpreter

  /// Loads the model from a file.
  public init(path: String) throws {
    var options = Interpreter.Options()
    options.threadCount = 1
    interpreter = try Interpreter(modelPath: path, options: options)
  }

  /// Loads the model that comes with this package.
  public convenience init() throws {
    guard let path = $class_name.resources.path(forResource: "$name", ofType: "tflite") else {
      throw RowError.invalid("the app's resources lack $name.tflite")
    }
    try self.init(path: path)
  }

  private static var resources: Bundle {
    #if SWIFT_PACKAGE
    return Bundle.module
    #else
    let own = Bundle(for: $class_name.self)
    return own.url(forResource: "$module", withExtension: "bundle").flatMap(Bundle.init(url:)) ?? own
    #endif
  }

$methods
}
#endif
