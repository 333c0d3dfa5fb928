package cairn.repository.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.base.test.Seed;
import cairn.repository.test.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NodeTest {
  private static final Subject SUBJECT = Subject.of("node", "00");

  @Test
  void nodesComeBack(Seed seed) throws Exception {
    for (int level = 0; level <= Shape.LEVEL_MAX; level++) {
      for (int count : new int[] {1, 2, 1024}) {
        Node node = node(level, count, seed.random());
        byte[] bytes = node.toBytes();
        assertThat(bytes).hasSize(Node.bytes(level, count));
        assertThat(Node.parse(bytes, SUBJECT)).isEqualTo(node);
        Node.Children children = Node.children(bytes, SUBJECT);
        assertThat(children.level()).isEqualTo(level);
        assertThat(children.ids()).isEqualTo(node.items().stream().map(Item::id).toList());
      }
    }
  }

  /// There is one spelling of a node, so one id: what parses at all is written the same again.
  @Test
  void whateverIsFlippedNothingElseIsUnderstood(Seed seed) {
    for (int level : new int[] {0, 1}) {
      byte[] good = node(level, 3, seed.random()).toBytes();
      for (int bit = 0; bit < good.length * 8; bit++) {
        byte[] bad = good.clone();
        bad[bit / 8] ^= (byte) (1 << bit % 8);
        Throwable thrown =
            catchThrowable(() -> assertThat(Node.parse(bad, SUBJECT).toBytes()).isEqualTo(bad));
        if (thrown != null) {
          assertThat(thrown).isInstanceOf(CorruptData.class);
        }
      }
      for (int length = 0; length < good.length; length++) {
        byte[] cut = Arrays.copyOf(good, length);
        assertThatThrownBy(() -> Node.parse(cut, SUBJECT)).isInstanceOf(CorruptData.class);
      }
      byte[] longer = Arrays.copyOf(good, good.length + 1);
      assertThatThrownBy(() -> Node.parse(longer, SUBJECT)).hasMessageContaining("size, have ");
    }
  }

  @Test
  void everyFixedFieldIsChecked(Seed seed) {
    byte[] leaf = node(0, 2, seed.random()).toBytes();
    assertRefused(leaf, 0, 6, ": level, have 6 expect 5");
    assertRefused(leaf, 0, 1, ": size, have 110 expect 122");
    assertRefused(leaf, 1, 2, ": tree kind, have 2 expect 1");
    assertRefused(leaf, 2, 1, ": reserved, have 1 expect 0");
    assertRefused(leaf, 4, 0, ": items, have 0 expect 1..1024");
    assertRefused(leaf, 5, 8, ": items, have 2050 expect 0..1024");
    assertRefused(leaf, leaf.length - 1, 1, " slot=1: value length, have 256 expect 0");
  }

  private static void assertRefused(byte[] good, int at, int value, String what) {
    byte[] bad = good.clone();
    bad[at] = (byte) value;
    assertThatThrownBy(() -> Node.parse(bad, SUBJECT))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt node 00" + what);
  }

  private static Node node(int level, int count, RandomGenerator chance) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Key key = new Key(chance.nextLong(), chance.nextInt(256), chance.nextLong());
      items.add(new Item(key, Samples.chunkId(chance), level == 0 ? 1 : chance.nextLong()));
    }
    return new Node(level, items);
  }
}
