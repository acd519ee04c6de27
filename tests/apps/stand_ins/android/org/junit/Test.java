package org.junit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A minimal declaration of JUnit's annotation, for tests. */
@Retention(RetentionPolicy.RUNTIME)
public @interface Test {}
