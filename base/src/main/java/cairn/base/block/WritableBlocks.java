package cairn.base.block;

import java.io.IOException;

/// A volume that is written to as a disk is: anywhere, again and again, by several threads at once.
///
/// As of a disk, what was written is durable only after [#flush()] has returned; until then a crash
/// may keep any part of it. Bytes are read as they were written last. A failed `flush` is final:
/// nothing is known about what was written, and no later one succeeds (truth 8).
public interface WritableBlocks extends BlockReader {
  /// Writes `source[from, from + length)` at `offset`.
  ///
  /// @throws IllegalArgumentException when the range is not within the volume
  /// @throws IOException naming the offset; what the range holds is then unknown
  void write(long offset, byte[] source, int from, int length) throws IOException;

  /// Makes `[offset, offset + length)` read as zeros, and gives back what space that frees.
  void zero(long offset, long length) throws IOException;

  /// The content of the range is of no more use. What it reads as afterwards stays as it is from
  /// then on: what it was, or zeros.
  void trim(long offset, long length) throws IOException;

  /// Returns when everything whose writing had returned before is durable.
  void flush() throws IOException;
}
