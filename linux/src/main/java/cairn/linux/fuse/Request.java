package cairn.linux.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// What the kernel asks: `struct fuse_in_header` (`linux/fuse.h`), and arguments behind it.
///
/// | offset | bytes | field                             |
/// |-------:|------:|-----------------------------------|
/// |      0 |     4 | length, with this header          |
/// |      4 |     4 | operation                         |
/// |      8 |     8 | number of the request             |
/// |     16 |     8 | number of the node                |
/// |     24 |    16 | who asks; of no interest here     |
///
/// @param number by which it is answered
/// @param arguments valid until the next request is read
record Request(int code, long number, long node, MemorySegment arguments) {
  static final int HEADER_BYTES = 40;

  /// @param bytes exactly those that were read
  static Request decode(MemorySegment bytes) throws IOException {
    long length = bytes.byteSize();
    if (length < HEADER_BYTES || bytes.get(JAVA_INT, 0) != length) {
      throw new IOException("the kernel sent a malformed request of " + length + " bytes");
    }
    return new Request(
        bytes.get(JAVA_INT, 4),
        bytes.get(JAVA_LONG, 8),
        bytes.get(JAVA_LONG, 16),
        bytes.asSlice(HEADER_BYTES));
  }

  int u32(long offset) {
    return arguments.get(JAVA_INT, offset);
  }

  long u64(long offset) {
    return arguments.get(JAVA_LONG, offset);
  }

  /// The name that ends with the arguments, without its NUL.
  byte[] name(long offset) {
    byte[] name = new byte[(int) (arguments.byteSize() - offset - 1)];
    MemorySegment.copy(arguments, JAVA_BYTE, offset, name, 0, name.length);
    return name;
  }
}
