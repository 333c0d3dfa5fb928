package cairn.repository.crypto;

import java.util.Objects;

/// A part of an array, which is not copied.
public final class Slice {
  private final byte[] bytes;
  private final int offset;
  private final int length;

  private Slice(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }

  public static Slice of(byte[] bytes, int offset, int length) {
    return new Slice(bytes, offset, length);
  }

  public static Slice of(byte[] bytes) {
    return new Slice(bytes, 0, bytes.length);
  }

  /// The whole array, not only the part.
  public byte[] bytes() {
    return bytes;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }
}
