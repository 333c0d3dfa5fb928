package cairn.base.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/// The identity of a chunk: 32 bytes, SHA-256 or HMAC-SHA-256 of its plaintext. Held as four
/// big-endian words, so that the order of ids is the order of their bytes.
public record ChunkId(long a, long b, long c, long d) implements Comparable<ChunkId> {
  public static final int BYTES = 32;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  public static ChunkId of(byte[] bytes, int offset) {
    return new ChunkId(
        (long) LONG.get(bytes, offset),
        (long) LONG.get(bytes, offset + 8),
        (long) LONG.get(bytes, offset + 16),
        (long) LONG.get(bytes, offset + 24));
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
    LONG.set(target, offset, a);
    LONG.set(target, offset + 8, b);
    LONG.set(target, offset + 16, c);
    LONG.set(target, offset + 24, d);
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
  public int hashCode() {
    return (int) (a >>> 32);
  }

  /// 64 hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
