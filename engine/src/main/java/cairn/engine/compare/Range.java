package cairn.engine.compare;

/// Bytes `[offset, offset + length)` of a volume.
public record Range(long offset, long length) {}
