package cairn.filesystem;

import cairn.filesystem.used.Moment;

/// What the caller knows about each part of a volume: which are mounted, and which are frozen.
@FunctionalInterface
public interface Moments {
  /// @param offset of the partition or of the whole volume, in bytes
  Moment of(long offset, long length);
}
