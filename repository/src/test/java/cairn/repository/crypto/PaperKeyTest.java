package cairn.repository.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import cairn.base.bytes.ObjectId;
import cairn.base.test.Seed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class PaperKeyTest {
  private static final ObjectId REPOSITORY = ObjectId.parse("000102030405060708090a0b0c0d0e0f");

  @Test
  void theTextOnPaperNeverChanges() throws IOException {
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (255 - i);
    }
    String text = PaperKey.of(REPOSITORY, MasterKey.of(key)).text();
    assertThat(text)
        .isEqualTo(
            """
            # Cairn master key of repository 000102030405060708090a0b0c0d0e0f
            1  040G 0082 0C20 A1G7  Z1R42S
            2  104G M2RC 1M70 ZZZY  XC31TX
            3  ZQYF QYQS Z3VZ DXFM  NMN6GX
            4  YFSF 3W7F XVPY STZA  Q8Q8V3
            5  X7ME FSQ5 WKHY 5RF0  YBA14C
            """);
    assertThat(PaperKey.parse(text).masterKey().toBytes()).isEqualTo(key);
  }

  @Test
  void bothKindsComeBack(Seed seed) throws IOException {
    MasterKey master = MasterKey.random(seed.random());
    PaperKey paper = PaperKey.parse(PaperKey.of(REPOSITORY, master).text());
    assertThat(paper.kind()).isEqualTo(PaperKey.Kind.MASTER);
    assertThat(paper.repository()).isEqualTo(REPOSITORY);
    assertThat(paper.masterKey().toBytes()).isEqualTo(master.toBytes());

    Secret.RecoveryKey recovery = Secret.RecoveryKey.random(seed.random());
    PaperKey other = PaperKey.parse(PaperKey.of(REPOSITORY, recovery).text());
    assertThat(other.recoveryKey().publicKey()).isEqualTo(recovery.publicKey());
    assertThat(catchThrowableOfType(WrongKeyException.class, other::masterKey))
        .hasMessage("the paper holds the recovery key, the master key is needed");
  }

  @Test
  void howItIsTypedDoesNotMatter(Seed seed) throws IOException {
    MasterKey master = MasterKey.random(seed.random());
    String text = PaperKey.of(REPOSITORY, master).text();
    String typed =
        text.substring(text.indexOf('\n') + 1)
            .toLowerCase(Locale.ROOT)
            .replaceAll("(?<=\\S) ", "-")
            .replace('0', 'o')
            .replace("\n", "\r\n\n");
    assertThat(PaperKey.parse(typed).masterKey().toBytes()).isEqualTo(master.toBytes());
  }

  @Test
  void everyTypoOfOneCharacterIsFoundInItsLine(Seed seed) {
    String text = PaperKey.of(REPOSITORY, MasterKey.random(seed.random())).text();
    int tried = 0;
    for (int i = text.indexOf('\n') + 1; i < text.length(); i++) {
      if (Character.isWhitespace(text.charAt(i))) {
        continue;
      }
      int line = (int) text.substring(0, i).chars().filter(c -> c == '\n').count();
      for (char wrong : "0123456789ABCDEFGHJKMNPQRSTVWXYZU!*".toCharArray()) {
        if (wrong != text.charAt(i)) {
          assertTypo(text.substring(0, i) + wrong + text.substring(i + 1), line);
          tried++;
        }
      }
      assertTypo(text.substring(0, i) + text.substring(i + 1), line);
      assertTypo(text.substring(0, i) + "7" + text.substring(i), line);
    }
    assertThat(tried).isEqualTo(5 * 23 * 34);
  }

  @Test
  void swappedNeighboursAreFound(Seed seed) {
    String text = PaperKey.of(REPOSITORY, MasterKey.random(seed.random())).text();
    for (int i = text.indexOf('\n') + 1; i + 1 < text.length(); i++) {
      char one = text.charAt(i);
      char two = text.charAt(i + 1);
      if (one != two && !Character.isWhitespace(one) && !Character.isWhitespace(two)) {
        int line = (int) text.substring(0, i).chars().filter(c -> c == '\n').count();
        assertTypo(text.substring(0, i) + two + one + text.substring(i + 2), line);
      }
    }
  }

  @Test
  void linesThatAreMissingSwappedOrOfAnotherPaperAreFound(Seed seed) {
    List<String> lines = lines(MasterKey.random(seed.random()));
    List<String> others = lines(MasterKey.random(seed.split(1).random()));
    for (int line = 1; line <= 5; line++) {
      List<String> missing = new ArrayList<>(lines);
      missing.remove(line - 1);
      assertTypo(String.join("\n", missing), line);
    }
    List<String> swapped = new ArrayList<>(lines);
    Collections.swap(swapped, 2, 3);
    assertTypo(String.join("\n", swapped), 3);
    List<String> mixed = new ArrayList<>(lines.subList(0, 3));
    mixed.addAll(others.subList(3, 5));
    assertTypo(String.join("\n", mixed), 4);
    assertTypo(String.join("\n", lines) + "\n" + lines.getLast(), 6);
    assertTypo("", 1);
  }

  @Test
  void theKeyIsShownOnlyWhenAskedFor(Seed seed) {
    MasterKey master = MasterKey.random(seed.random());
    assertThat(PaperKey.of(REPOSITORY, master) + " " + master)
        .isEqualTo("PaperKey[MASTER, " + REPOSITORY + "] MasterKey");
  }

  private static List<String> lines(MasterKey master) {
    return PaperKey.of(REPOSITORY, master).text().lines().skip(1).toList();
  }

  private static void assertTypo(String text, int line) {
    PaperKeyTypo typo = catchThrowableOfType(PaperKeyTypo.class, () -> PaperKey.parse(text));
    assertThat(typo).as(text).isNotNull();
    assertThat(typo.line()).as(text).isEqualTo(line);
    assertThat(typo).hasMessageStartingWith("line " + line + " of the paper key ");
  }
}
