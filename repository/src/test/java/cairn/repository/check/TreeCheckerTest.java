package cairn.repository.check;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.tree.Item;
import cairn.repository.tree.Key;
import cairn.repository.tree.Node;
import cairn.repository.tree.Promise;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// One rule violated at a time, everything else being right.
class TreeCheckerTest {
  private static final Subject SUBJECT = Subject.of("node", "7f");
  private static final ChunkId ID = new ChunkId(1, 2, 3, 4);
  private static final Node LEAF = new Node(0, List.of(block(1024), block(1030), block(2047)));
  private static final Node INNER = new Node(1, List.of(child(7, 1), child(1024, 1024)));

  @Test
  void whatIsRightPasses() throws Exception {
    TreeChecker.checkBeforeWrite(LEAF, 2048, SUBJECT);
    TreeChecker.checkBeforeWrite(INNER, 2048, SUBJECT);
    TreeChecker.checkAfterRead(LEAF, promise(0, Key.block(1024), 3), SUBJECT);
    TreeChecker.checkAfterRead(LEAF, promise(0, null, 3), SUBJECT);
    TreeChecker.checkAfterRead(INNER, promise(1, Key.block(7), 1025), SUBJECT);
  }

  @Test
  void aNodeIsWhatItsParentPromised() {
    assertPromise(LEAF, promise(1, Key.block(1024), 3), ": level, have 0 expect 1");
    assertPromise(
        LEAF, promise(0, Key.block(1025), 3), ": first key, have (1 1 1024) expect (1 1 1025)");
    assertPromise(LEAF, promise(0, Key.block(1024), 2), ": items beneath, have 3 expect 2");
    assertPromise(INNER, promise(1, null, 2), ": items beneath, have 1025 expect 2");
  }

  /// After reading all rules hold too, not only the promise.
  @Test
  void itemsAreCheckedAfterReading() {
    Node unordered = new Node(0, List.of(block(1030), block(1024)));
    assertPromise(
        unordered, promise(0, null, 2), " slot=1: order, have (1 1 1024) expect ascending");
  }

  @Test
  void theNumberOfItemsIsBounded() throws Exception {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      items.add(block(i));
    }
    TreeChecker.checkBeforeWrite(new Node(0, items), 2048, SUBJECT);
    items.add(block(1024));
    assertItems(new Node(0, items), ": items, have 1025 expect 1..1024");
  }

  @Test
  void keysAreThoseOfAVolume() {
    assertItems(leaf(new Item(new Key(2, 1, 0), ID, 1)), " slot=0: object, have 2 expect 1");
    assertItems(leaf(new Item(new Key(1, 2, 0), ID, 1)), " slot=0: type, have 2 expect 1");
    assertItems(leaf(block(2047), block(2048)), " slot=1: block, have 2048 expect < 2048");
    assertItems(leaf(block(-1)), " slot=0: block, have -1 expect < 2048");
  }

  @Test
  void itemsLieInOneSpan() {
    assertItems(leaf(block(1023), block(1024)), " slot=1: span, have 1 expect 0");
    Node inner = new Node(1, List.of(child(0, 1), child(1 << 20, 1)));
    assertThatThrownBy(() -> TreeChecker.checkBeforeWrite(inner, 1 << 21, SUBJECT))
        .hasMessage("corrupt node 7f slot=1: span, have 1 expect 0");
  }

  @Test
  void itemsAscend() {
    assertItems(leaf(block(2), block(1)), " slot=1: order, have (1 1 1) expect ascending");
    assertItems(leaf(block(2), block(2)), " slot=1: order, have (1 1 2) expect ascending");
  }

  /// Two children of one span would be two places for one block.
  @Test
  void aSpanHasOneChild() {
    assertItems(
        new Node(1, List.of(child(7, 1), child(9, 1))),
        " slot=1: order, have (1 1 9) expect ascending");
    assertItems(
        new Node(1, List.of(child(1024, 1), child(7, 1))),
        " slot=1: order, have (1 1 7) expect ascending");
  }

  @Test
  void aChildHoldsAtLeastOneItemAndAtMostWhatItSpans() {
    assertItems(new Node(1, List.of(child(0, 0))), " slot=0: items beneath, have 0 expect 1..1024");
    assertItems(
        new Node(1, List.of(child(0, 1025))), " slot=0: items beneath, have 1025 expect 1..1024");
    assertItems(
        new Node(2, List.of(child(0, -1))), " slot=0: items beneath, have -1 expect 1..1048576");
    assertItems(leaf(new Item(Key.block(0), ID, 2)), " slot=0: items beneath, have 2 expect 1..1");
  }

  @Test
  void anIdIsNotMemoryThatWasNeverWritten() {
    ChunkId nothing = new ChunkId(0, 0, 0, 0);
    assertItems(leaf(Item.block(0, nothing)), " slot=0: id, have " + nothing + " expect a digest");
  }

  private static Item block(long number) {
    return Item.block(number, ID);
  }

  private static Item child(long first, long count) {
    return new Item(Key.block(first), ID, count);
  }

  private static Node leaf(Item... items) {
    return new Node(0, List.of(items));
  }

  private static Promise promise(int level, @Nullable Key first, long count) {
    return new Promise(ID, level, first, count, 2048);
  }

  private static void assertPromise(Node node, Promise promise, String what) {
    assertThatThrownBy(() -> TreeChecker.checkAfterRead(node, promise, SUBJECT))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt node 7f" + what);
  }

  private static void assertItems(Node node, String what) {
    assertThatThrownBy(() -> TreeChecker.checkBeforeWrite(node, 2048, SUBJECT))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt node 7f" + what);
  }
}
