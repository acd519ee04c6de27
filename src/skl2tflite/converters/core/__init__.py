"""What all converters share: their base classes, the registry, and how a method becomes a graph."""
