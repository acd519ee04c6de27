"""The basis of all converters: base classes, the registry, and the tracing of methods to graphs."""
