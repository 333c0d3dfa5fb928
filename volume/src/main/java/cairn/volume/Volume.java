package cairn.volume;

import cairn.base.block.BlockReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A source to back up: an image file or a block device, opened read-only.
public interface Volume extends BlockReader {
  /// What [#blockSize()] says of files and devices, in bytes.
  int BLOCK_BYTES = 64 * 1024;

  VolumeIdentity identity();

  /// As [#read(long, byte[], int, int)], filling native memory without a copy where the alignment
  /// allows it.
  void read(long offset, MemorySegment target) throws IOException;

  /// @throws IOException naming both sizes when the source is larger or smaller than when it was
  ///   opened
  void checkUnchanged() throws IOException;

  /// Whether somebody wrote to the source since it was opened, so that what was read may mix two
  /// states of it. Only what the source tells: a device tells nothing.
  boolean wasWritten() throws IOException;
}
