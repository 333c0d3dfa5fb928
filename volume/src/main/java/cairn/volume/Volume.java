package cairn.volume;

import cairn.base.block.BlockReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A source to back up: an image file or a block device, opened read-only.
public interface Volume extends BlockReader {
  /// What [#blockSize()] says of files and devices, in bytes.
  int BLOCK_BYTES = 64 * 1024;

  VolumeIdentity identity();

  /// As [#read(long, byte[], int, int)], filling native memory without a copy where the source and
  /// the alignment allow it.
  default void read(long offset, MemorySegment target) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(target.byteSize())];
    read(offset, bytes, 0, bytes.length);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, target, 0, bytes.length);
  }

  /// From here on small pieces are read that lie far from each other, so that nothing around them
  /// needs to be read ahead.
  default void expectScatteredReads() throws IOException {}

  /// @throws IOException naming both sizes when the source is larger or smaller than when it was
  ///   opened
  void checkUnchanged() throws IOException;

  /// From here on nobody should write to the source, so that [#wasWritten] tells of whoever does.
  /// Of a file that is so from the beginning.
  default void expectRest() throws IOException {}

  /// Whether somebody wrote to the source since it was opened, so that what was read may mix two
  /// states of it. Only what the source tells: a device tells nothing before [#expectRest].
  boolean wasWritten() throws IOException;

  /// What a person should know of the source, each a sentence.
  default List<String> warnings() {
    return List.of();
  }
}
