package cairn.base.bytes;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The identity of a chunk: 32 bytes, SHA-256 or HMAC-SHA-256 of its plaintext. Held as four
/// big-endian words, so that the order of ids is the order of their bytes.
public record ChunkId(long a, long b, long c, long d) implements Comparable<ChunkId> {
  public static final int BYTES = 32;

  public static ChunkId of(byte[] bytes, int offset) {
    ByteBuffer words = ByteBuffer.wrap(bytes, offset, BYTES);
    return new ChunkId(words.getLong(), words.getLong(), words.getLong(), words.getLong());
  }

  public static ChunkId of(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException("digest of " + digest.length + " bytes, not " + BYTES);
    }
    return of(digest, 0);
  }

  /// @throws IllegalArgumentException when it is not 64 hexadecimal digits
  public static ChunkId parse(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  public void writeTo(byte[] target, int offset) {
    ByteBuffer.wrap(target, offset, BYTES).putLong(a).putLong(b).putLong(c).putLong(d);
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    writeTo(bytes, 0);
    return bytes;
  }

  @Override
  public int compareTo(ChunkId other) {
    int order = Long.compareUnsigned(a, other.a);
    if (order == 0) {
      order = Long.compareUnsigned(b, other.b);
    }
    if (order == 0) {
      order = Long.compareUnsigned(c, other.c);
    }
    return order == 0 ? Long.compareUnsigned(d, other.d) : order;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChunkId id && a == id.a && b == id.b && c == id.c && d == id.d;
  }

  @Override
  public int hashCode() {
    return (int) (a >>> 32);
  }

  /// 64 hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
