package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ObjectId;
import cairn.repository.snapshot.Snapshot;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/// Contents of volumes.
final class Bytes {
  private Bytes() {}

  static byte[] random(RandomGenerator chance, int length) {
    byte[] bytes = new byte[length];
    chance.nextBytes(bytes);
    return bytes;
  }

  /// Bytes that compress about as well as files do.
  static byte[] compressible(RandomGenerator chance, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + chance.nextInt(16));
    }
    return bytes;
  }

  /// Blocks that begin with eight bytes of chance and hold zeros otherwise: almost nothing to
  /// store.
  static byte[] tiny(RandomGenerator chance, int blocks, int blockBytes) {
    byte[] bytes = new byte[blocks * blockBytes];
    for (int block = 0; block < blocks; block++) {
      System.arraycopy(random(chance, 8), 0, bytes, block * blockBytes, 8);
    }
    return bytes;
  }

  /// What a snapshot is known to hold.
  static byte[] of(Map<ObjectId, byte[]> contents, Snapshot snapshot) {
    return Objects.requireNonNull(contents.get(snapshot.id()), snapshot::toString);
  }

  static byte[] overwritten(byte[] bytes, int offset, byte[] with) {
    byte[] changed = bytes.clone();
    System.arraycopy(with, 0, changed, offset, with.length);
    return changed;
  }

  /// As an assertion on arrays, but brief when megabytes differ.
  static void assertSame(byte[] have, byte[] expect) {
    assertThat(have.length).as("length").isEqualTo(expect.length);
    assertThat(Arrays.mismatch(have, expect)).as("first byte that differs").isEqualTo(-1);
  }
}
