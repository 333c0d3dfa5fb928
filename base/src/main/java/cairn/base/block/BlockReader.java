package cairn.base.block;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// Random access to the bytes of a volume image: a device, an image file, or a snapshot. The file
/// system readers, the NBD server and the image writers see volumes through it alone.
///
/// Reads may be issued by several threads at once. An [IOException] says that the bytes are unknown
/// and names the offset; the reader stays usable.
public interface BlockReader extends Closeable {
  /// In bytes; constant for the life of the reader.
  long size();

  /// The natural unit of reads, in bytes: a power of two. Reads of any other size work too.
  int blockSize();

  /// What is known about `[offset, offset + length)`: extents in ascending order that cover the
  /// range without gap or overlap. `DATA` is always a correct answer; a `HOLE` reads as zeros.
  List<Extent> extents(long offset, long length) throws IOException;

  /// Fills `target[from, from + length)` with the bytes at `offset`.
  ///
  /// @throws IllegalArgumentException when the range is not within the volume
  /// @throws IOException naming the offset when the bytes could not be read
  void read(long offset, byte[] target, int from, int length) throws IOException;
}
