// $generated
//
// How values become the numbers that tensors hold. Nothing here needs Android or LiteRT.
package $package

import java.nio.Buffer
import java.nio.ByteBuffer
import java.nio.ByteOrder

/** A row that the model does not take, as scikit-learn does not. */
class InvalidRowException(message: String) : IllegalArgumentException(message)

/** The model has no answer for a row, as scikit-learn has none. */
class NoAnswerException(message: String) : RuntimeException(message)

/**
 * A value of a column of text: a text, or a missing value. scikit-learn tells three of these apart: NaN ([MISSING]),
 * None ([NONE]) and pandas.NA ([NA]). A text that the model does not know is an unknown category, as it is to
 * scikit-learn.
 */
class Category private constructor(val text: String?, internal val code: Int) {
    constructor(text: String) : this(text, 0)

    override fun equals(other: Any?): Boolean = other is Category && other.text == text && other.code == code

    override fun hashCode(): Int = (text ?: "").hashCode() + code

    override fun toString(): String = text ?: when (code) {
        -1 -> "UNKNOWN"
        -2 -> "MISSING"
        -3 -> "NONE"
        else -> "NA"
    }

    companion object {
        val UNKNOWN = Category(null, -1)
        val MISSING = Category(null, -2)
        val NONE = Category(null, -3)
        val NA = Category(null, -4)
    }
}

/** The texts that the model knows of a column; their positions are their codes. */
class Vocabulary internal constructor(vararg parts: Array<String>) {
    val texts: List<String> = parts.flatMap { it.asList() }
    private val codes: Map<String, Int> = texts.withIndex().associate { it.value to it.index }

    internal fun code(value: Category): Int =
        if (value.text == null) value.code else codes[value.text] ?: Category.UNKNOWN.code
}

internal fun buffer(bytes: Int): ByteBuffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())

// Not a method of ByteBuffer: that of older versions of Android has another return type.
internal fun rewind(held: Buffer) {
    held.rewind()
}

internal fun number(value: Float, takesMissing: Boolean, feature: String): Float {
    if (value.isInfinite()) throw InvalidRowException(feature + " is infinite, or too large for a float32")
    if (value.isNaN() && !takesMissing) {
        throw InvalidRowException(feature + " is missing, and the model takes no missing value there")
    }
    return value
}

internal fun oneOf(only: FloatArray, value: Float, feature: String): Float {
    if (only.any { it == value || (it.isNaN() && value.isNaN()) }) return value
    throw InvalidRowException(feature + " is none of the numbers that the model knows")
}

internal fun oneOf(only: IntArray, value: Int, feature: String): Int {
    if (only.contains(value)) return value
    throw InvalidRowException(feature + " is none of the numbers that the model knows")
}

internal fun code(vocabulary: Vocabulary, value: Category, refused: IntArray, feature: String): Int {
    val code = vocabulary.code(value)
    if (!refused.contains(code)) return code
    if (code < Category.UNKNOWN.code) {
        throw InvalidRowException(feature + " is missing, and the model takes no missing value there")
    }
    throw InvalidRowException(feature + " is none of the categories that the model knows: " + value)
}

/** Puts the code points of a text, filled up to a length. */
internal fun ByteBuffer.putCharacters(text: String, length: Int, padding: Int, feature: String) {
    val points = text.codePointCount(0, text.length)
    if (points > length) throw InvalidRowException(feature + " is a text of more than " + length + " characters")
    var at = 0
    while (at < text.length) {
        val point = text.codePointAt(at)
        putInt(point)
        at += Character.charCount(point)
    }
    for (i in points until length) putInt(padding)
}

/** The position of the greatest number, as NumPy's argmax has it: the first one, or that of NaN. */
internal fun greatest(numbers: FloatArray): Int {
    var best = 0
    for (i in 1 until numbers.size) {
        if (numbers[i] > numbers[best] || (numbers[i].isNaN() && !numbers[best].isNaN())) best = i
    }
    return best
}
