package androidx.test.platform.app;

import android.content.Context;
import android.content.res.AssetManager;
import java.io.File;

/** A minimal declaration of AndroidX's class, for tests: the folder of assets is the property {@code assets}. */
public final class InstrumentationRegistry {
    /** Android's class. */
    public static final class Instrumentation {
        public Context getTargetContext() {
            return new Context(new AssetManager(new File(System.getProperty("assets"))));
        }
    }

    public static Instrumentation getInstrumentation() {
        return new Instrumentation();
    }
}
