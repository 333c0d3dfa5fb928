package cairn.repository.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// A few bytes as a value: salts, public keys, wrapped keys. Not for secrets, which must be wiped.
public final class Octets {
  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Octets of(byte[] bytes) {
    return new Octets(bytes.clone());
  }

  public static Octets random(int length, RandomGenerator chance) {
    byte[] bytes = new byte[length];
    chance.nextBytes(bytes);
    return new Octets(bytes);
  }

  /// @throws IllegalArgumentException when it is not hexadecimal
  public static Octets parse(String hex) {
    return new Octets(HexFormat.of().parseHex(hex));
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  public int size() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets octets && Arrays.equals(bytes, octets.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// Hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
