// $generated
//
// What the model takes and gives. Nothing here needs TensorFlow Lite.
import Foundation

/// How many rows a call of the file takes.
let rowsOfCall = $rows_a_call

$row_types
$results
/// Texts that the model knows, and labels that it gives.
public enum Known {
$known}
