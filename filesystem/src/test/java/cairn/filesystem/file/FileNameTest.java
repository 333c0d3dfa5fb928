package cairn.filesystem.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FileNameTest {
  @Test
  void isShownSoThatNoTerminalIsHarmed() {
    assertThat(FileName.of("Straße 1")).hasToString("Straße 1");
    assertThat(FileName.of("a\u001b[2J")).hasToString("a\\x1b[2J");
    assertThat(new FileName(new byte[] {'a', (byte) 0xFF})).hasToString("a\\xff");
  }

  @Test
  void someNamesLeadElsewhere() {
    assertThat(FileName.of("...").isProper()).isTrue();
    for (String name : new String[] {"", ".", "..", "a/b", "a\0"}) {
      assertThat(FileName.of(name).isProper()).isFalse();
    }
  }
}
