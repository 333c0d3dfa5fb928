package cairn.base.block;

import java.io.Closeable;
import java.io.IOException;

/// Where a volume image is written. Writes may come from several threads, in any order, at most
/// once for each byte.
///
/// A sink is complete only after [#finish()] has returned: it flushes, syncs the very descriptor
/// that was written, and reports what happened. [#close()] without `finish` leaves an incomplete
/// target, and its caller says so. The first failure is final: every later call throws it again
/// (truth 8).
public interface BlockSink extends Closeable {
  /// In bytes; what is written lies within it.
  long size();

  /// Writes `source[from, from + length)` at `offset`.
  void write(long offset, byte[] source, int from, int length) throws IOException;

  /// Makes `[offset, offset + length)` read as zeros, in the cheapest way that keeps this promise.
  void zero(long offset, long length) throws IOException;

  /// Flushes and syncs. After it returns, everything written is durable.
  void finish() throws IOException;

  /// Reads back from the target itself, after [#finish()].
  void readBack(long offset, byte[] target, int from, int length) throws IOException;
}
