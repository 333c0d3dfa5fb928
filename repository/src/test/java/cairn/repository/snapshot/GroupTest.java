package cairn.repository.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupTest {
  @Test
  void namesComeBack() {
    for (String name :
        List.of(
            "a",
            "db1/root",
            "..",
            ".",
            "%",
            "%41",
            "a b",
            "Gr\u00fc\u00dfe",
            "\ud83d\ude00",
            "-_@,",
            "a\u0000b",
            "x".repeat(200))) {
      String encoded = Group.encode(name);
      assertThat(encoded).matches("[A-Za-z0-9_@,%-]{1,200}");
      assertThat(Group.decode(encoded)).isEqualTo(name);
    }
    assertThat(Group.encode("db1/root.img")).isEqualTo("db1%2Froot%2Eimg");
  }

  @Test
  void aNameOfNoUseIsRefused() {
    for (String name : List.of("", "x".repeat(201), "\u00fc".repeat(34))) {
      assertThatThrownBy(() -> Group.encode(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("give a shorter one with --name");
    }
  }

  /// There is one spelling for one group, or there would be two folders for it.
  @Test
  void otherSpellingsAreRefused() {
    for (String encoded :
        List.of("", "%41", "a%2f", "a%2", "a%", "a%zz", "a.b", "a/b", "%FF", "%C3", "\u00fc")) {
      assertThatThrownBy(() -> Group.decode(encoded))
          .as(encoded)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
