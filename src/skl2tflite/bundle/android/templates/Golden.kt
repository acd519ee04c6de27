// $generated
//
// Rows whose answers are known.
package $package

internal object Golden {
    fun rows(): List<Features> = listOf($row_calls)

    /** What the tensors hold of all rows, by name. */
    fun tensors(): Map<String, DoubleArray> = mapOf($tensors)

$row_functions
$answers
    /** Says where numbers differ by more than they may; an answer's tolerances repeat. */
    fun difference(what: String, actual: DoubleArray, expected: DoubleArray, tolerances: DoubleArray): String? {
        if (actual.size != expected.size) return what + " has " + actual.size + " numbers, not " + expected.size
        for (i in expected.indices) {
            val same = if (expected[i].isNaN()) actual[i].isNaN() else actual[i] == expected[i] ||
                Math.abs(actual[i] - expected[i]) <= tolerances[i % tolerances.size]
            if (!same) return what + ": number " + i + " is " + actual[i] + ", not " + expected[i]
        }
        return null
    }

    private fun numbers(vararg texts: String): DoubleArray =
        texts.flatMap { it.split(' ') }.filter { it.isNotEmpty() }.map { it.toDouble() }.toDoubleArray()

    private fun floats(vararg texts: String): FloatArray = numbers(*texts).map { it.toFloat() }.toFloatArray()
}
