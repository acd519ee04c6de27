package org.junit;

import java.util.Objects;

/** A minimal declaration of JUnit's class, for tests. */
public final class Assert {
    public static void assertEquals(Object expected, Object actual) {
        if (!Objects.equals(expected, actual)) throw new AssertionError("expected " + expected + ", but got " + actual);
    }

    public static void assertNull(Object actual) {
        if (actual != null) throw new AssertionError(actual);
    }
}
