package cairn.repository.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// The one secret of an encrypted repository: 32 random bytes. Every other key is derived from it,
/// so key slots come and go without anything being encrypted again.
///
/// [#close()] overwrites it: as soon as its sub-keys exist it is not needed any more.
public final class MasterKey implements AutoCloseable {
  public static final int BYTES = 32;

  private final byte[] bytes;
  private boolean closed;

  private MasterKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// @param chance must be a secure source
  public static MasterKey random(RandomGenerator chance) {
    byte[] bytes = new byte[BYTES];
    chance.nextBytes(bytes);
    return new MasterKey(bytes);
  }

  /// A copy of the bytes; the caller wipes its own.
  public static MasterKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("master key of " + bytes.length + " bytes, not " + BYTES);
    }
    return new MasterKey(bytes.clone());
  }

  /// A copy of the bytes, for wrapping and export; the caller wipes it.
  byte[] toBytes() {
    checkOpen();
    return bytes.clone();
  }

  /// HKDF-SHA-256 without salt, info `cairn key 1 <label>`, 32 bytes.
  byte[] subKey(String label) {
    checkOpen();
    byte[] info = ("cairn key 1 " + label).getBytes(StandardCharsets.UTF_8);
    return Primitives.hkdf(new byte[0], bytes, info, Primitives.KEY_BYTES);
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  /// Never shows the key.
  @Override
  public String toString() {
    return "MasterKey";
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the master key has been wiped");
    }
  }
}
