package cairn.repository.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import cairn.base.bytes.CorruptData;
import java.io.IOException;
import java.util.Arrays;

/// Damages bytes in every place, one at a time, and asserts that a reader finds it and says so in
/// the one grammar.
public final class Damage {
  /// Reads an object as the code under test does.
  public interface Reader {
    Object read(byte[] bytes) throws CorruptData, IOException;
  }

  private final String kind;
  private final Reader reader;

  /// @param kind the word that messages must start with, after `corrupt`
  public Damage(String kind, Reader reader) {
    this.kind = kind;
    this.reader = reader;
  }

  /// Flips one bit, then another, then all bits of each byte; cuts at each length; and adds to the
  /// end.
  public void assertAllIsFound(byte[] good) {
    assertFlipsAreFound(good, 0, good.length);
    for (int length = 0; length < good.length; length++) {
      assertCorrupt(Arrays.copyOf(good, length), "cut to " + length);
    }
    assertCorrupt(Arrays.copyOf(good, good.length + 1), "with a zero added");
    assertCorrupt(Arrays.copyOf(good, good.length + 4096), "with 4,096 zeros added");
  }

  public void assertFlipsAreFound(byte[] good, int from, int to) {
    for (int i = from; i < to; i++) {
      for (int mask : new int[] {1 << i % 8, 0x80, 0xFF}) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) mask;
        assertCorrupt(bad, "byte " + i + " changed by " + mask);
      }
    }
  }

  /// Asserts that the bytes are told to be damaged, of the kind expected.
  public void assertCorrupt(byte[] bad, String how) {
    Throwable thrown = catchThrowable(() -> reader.read(bad));
    assertThat(thrown).as(how).isInstanceOf(CorruptData.class);
    assertThat(thrown.getMessage())
        .as(how)
        .matches("(?s)corrupt " + kind + " [0-9a-f]+(@\\S.*)?( slot=\\d+)?: .+, have .+ expect .+");
  }
}
