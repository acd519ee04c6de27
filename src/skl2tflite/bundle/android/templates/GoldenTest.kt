// $generated
//
// Runs on a device or an emulator: the model gives the answers that it gave where this library was made.
package $package

import androidx.test.ext.junit.runners.AndroidJUnit4
import androidx.test.platform.app.InstrumentationRegistry
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith

@RunWith(AndroidJUnit4::class)
class GoldenTest {
$tests}
