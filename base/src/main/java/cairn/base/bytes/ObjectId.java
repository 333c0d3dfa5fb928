package cairn.base.bytes;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The name of a repository, session, pack, index or snapshot: 16 random bytes, never reused (truth
/// 2).
public record ObjectId(long high, long low) implements Comparable<ObjectId> {
  public static final int BYTES = 16;

  /// Of the name in hexadecimal.
  public static final int DIGITS = 2 * BYTES;

  public static ObjectId random(RandomGenerator chance) {
    return new ObjectId(chance.nextLong(), chance.nextLong());
  }

  public static ObjectId of(byte[] bytes, int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, BYTES);
    return new ObjectId(buffer.getLong(), buffer.getLong());
  }

  /// @throws IllegalArgumentException when it is not 32 hexadecimal digits
  public static ObjectId parse(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("not 32 hexadecimal digits: " + hex);
    }
    return of(bytes, 0);
  }

  public void writeTo(byte[] target, int offset) {
    ByteBuffer.wrap(target, offset, BYTES).putLong(high).putLong(low);
  }

  public byte[] toBytes() {
    byte[] bytes = new byte[BYTES];
    writeTo(bytes, 0);
    return bytes;
  }

  // What a record gets by itself is put together at run time; and random bits are hash enough.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ObjectId(long otherHigh, long otherLow)
        && high == otherHigh
        && low == otherLow;
  }

  @Override
  public int hashCode() {
    return (int) (high >>> 32);
  }

  @Override
  public int compareTo(ObjectId other) {
    int order = Long.compareUnsigned(high, other.high);
    return order == 0 ? Long.compareUnsigned(low, other.low) : order;
  }

  /// 32 hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(toBytes());
  }
}
