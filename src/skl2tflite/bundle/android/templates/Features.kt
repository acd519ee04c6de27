// $generated
//
// What the model takes and gives. Nothing here needs Android or LiteRT.
@file:Suppress("MemberVisibilityCanBePrivate", "unused")

package $package

import java.nio.ByteBuffer

/** How many rows a call of the file takes. */
internal const val ROWS = $rows_a_call

$row_types
$results
/** Texts that the model knows, and labels that it gives. */
object Known {
$known}
$vocabulary_parts
