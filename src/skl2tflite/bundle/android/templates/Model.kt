// $generated
package $package

import android.content.Context
import java.io.Closeable
import java.nio.ByteBuffer
import org.tensorflow.lite.Interpreter

/**
 * The model, run by LiteRT. Calls take turns; make one for each thread to run several at once.
 *
 * Each method throws [InvalidRowException] for a row that scikit-learn refuses, and [NoAnswerException] for one that it
 * has no answer for.
 */
class $class_name(content: ByteBuffer) : Closeable {
    /** Reads `$name.tflite` from this library's assets. */
    constructor(context: Context) : this(context.assets.open("$name.tflite").use { it.readBytes().toBuffer() })

    private val interpreter = Interpreter(content, Interpreter.Options().setNumThreads(1))

$methods
    override fun close() = interpreter.close()

    private companion object {
        fun ByteArray.toBuffer(): ByteBuffer {
            val held = buffer(size)
            held.put(this)
            rewind(held)
            return held
        }
    }
}
