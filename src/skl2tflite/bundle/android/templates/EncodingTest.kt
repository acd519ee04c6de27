// $generated
//
// Runs on the JVM, without a device: rows become the numbers that the model was checked with.
package $package

import java.nio.ByteBuffer
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test

class EncodingTest {
    @Test
    fun goldenRowsBecomeTensors() {
        val expected = Golden.tensors()
        val rows = Golden.rows()
        val tensors = FeaturesTensors(rows.size)
        for (row in rows) tensors.put(row)
        assertEquals(expected.keys, tensors.byName.keys)
        for ((name, buffer) in tensors.byName) {
            val size = expected.getValue(name).size
            assertNull(Golden.difference(name, held(buffer, tensors.kinds.getValue(name), size), expected.getValue(name), doubleArrayOf(0.0)))
        }
    }

    private fun held(buffer: ByteBuffer, kind: Char, size: Int): DoubleArray {
        rewind(buffer)
        return DoubleArray(size) {
            when (kind) {
                'f' -> buffer.getFloat().toDouble()
                'i' -> buffer.getInt().toDouble()
                else -> buffer.get().toDouble()
            }
        }
    }
}
