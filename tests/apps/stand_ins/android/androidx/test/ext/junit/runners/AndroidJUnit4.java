package androidx.test.ext.junit.runners;

/** A minimal declaration of AndroidX's class, for tests. */
public final class AndroidJUnit4 {}
