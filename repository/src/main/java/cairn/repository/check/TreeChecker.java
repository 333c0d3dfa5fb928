package cairn.repository.check;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.tree.Item;
import cairn.repository.tree.Key;
import cairn.repository.tree.Node;
import cairn.repository.tree.Promise;
import cairn.repository.tree.Shape;

/// The logic of a tree node, checked outside-in: what the parent promised, then each item, before
/// the node's digest is computed and after it was verified. Beyond this gate nothing checks again.
public final class TreeChecker {
  /// The digest of nothing that could have been hashed here; stands for memory that was never
  /// written.
  private static final ChunkId NOTHING = new ChunkId(0, 0, 0, 0);

  private TreeChecker() {}

  /// Checks a node that is about to be written, of which nothing was promised yet.
  ///
  /// @param blockCount the number of blocks of the volume
  public static void checkBeforeWrite(Node node, long blockCount, Subject subject)
      throws CorruptData {
    checkItems(node, blockCount, subject);
  }

  /// Checks a node that was read against what its parent said of it.
  public static void checkAfterRead(Node node, Promise promise, Subject subject)
      throws CorruptData {
    subject.checkEqual(node.level(), promise.level(), "level");
    Key first = promise.firstKey();
    subject.check(
        first == null || node.firstKey().equals(first),
        "first key",
        node.firstKey(),
        first == null ? "" : first);
    subject.checkEqual(node.count(), promise.count(), "items beneath");
    checkItems(node, promise.blockCount(), subject);
  }

  private static void checkItems(Node node, long blockCount, Subject subject) throws CorruptData {
    int size = node.items().size();
    subject.check(size >= 1 && size <= Shape.FANOUT, "items", size, "1.." + Shape.FANOUT);
    long span = Shape.nodeOf(node.firstKey().offset(), node.level());
    long last = -1;
    for (int slot = 0; slot < size; slot++) {
      Item item = node.items().get(slot);
      Subject here = subject.slot(slot);
      Key key = item.key();
      here.checkEqual(key.object(), Key.VOLUME, "object");
      here.checkEqual(key.type(), Key.BLOCK, "type");
      here.checkBelow(key.offset(), blockCount, "block");
      here.checkEqual(Shape.nodeOf(key.offset(), node.level()), span, "span");
      long place = node.level() == 0 ? key.offset() : Shape.nodeOf(key.offset(), node.level() - 1);
      here.check(place > last, "order", key, "ascending");
      last = place;
      checkCount(node.level(), item.count(), here);
      here.check(!item.id().equals(NOTHING), "id", item.id(), "a digest");
    }
  }

  private static void checkCount(int level, long count, Subject subject) throws CorruptData {
    long max = level == 0 ? 1 : Shape.span(level - 1);
    subject.check(count >= 1 && count <= max, "items beneath", count, "1.." + max);
  }
}
