package cairn.filesystem.btrfs.check;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.Problem;
import cairn.filesystem.btrfs.tree.Item;
import cairn.filesystem.btrfs.tree.TreeBlock;
import cairn.filesystem.btrfs.tree.TreeRoot;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Fields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// By items made here: kernels write such caches for block groups from 100 MiB on alone.
final class SpaceCachesTest {
  private static final int HEADER_BYTES = 0x65;
  private static final int ITEM_BYTES = 25;
  private static final long CACHE = -11;

  private final List<String> messages = new ArrayList<>();
  private final Report report = new Report(new Messages());
  private final SpaceCaches caches = new SpaceCaches(report);
  private final Groups groups = new Groups(report);

  private final class Messages implements Findings {
    @Override
    public void problem(Problem problem) {
      messages.add(problem.message());
    }

    @Override
    public void unknown(String what) {
      messages.add(what);
    }

    @Override
    public void progress(long bytes) {}
  }

  private static Item item(long objectId, int type, long offset, ByteBuffer data) {
    int size = data.capacity();
    ByteBuffer block =
        ByteBuffer.allocate(HEADER_BYTES + ITEM_BYTES + size).order(ByteOrder.LITTLE_ENDIAN);
    block.position(HEADER_BYTES);
    block.putLong(objectId).put((byte) type).putLong(offset).putInt(ITEM_BYTES).putInt(size);
    block.put(data);
    return new TreeBlock(Fields.littleEndian(block.array()), new TreeRoot(1, 0, 0, 0)).item(0);
  }

  private static ByteBuffer data(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void group(long start) {
    groups.add(item(start, 192, 1 << 20, data(24)));
  }

  private void cache(long start, long inode) {
    caches.item(item(CACHE, 0, start, data(41).putLong(0, inode).put(8, (byte) 1)));
  }

  private void inode(long inode, int mode) {
    caches.item(item(inode, 1, 0, data(160).putInt(52, mode)));
  }

  @Test
  void eachHasAGroupAndAFileOfItsOwn() {
    group(1 << 20);
    group(2 << 20);
    cache(1 << 20, 256);
    cache(2 << 20, 257);
    inode(256, 0100600);
    inode(257, 0100600);
    caches.compare(groups);
    assertThat(messages).isEmpty();
  }

  @Test
  void anotherIsAProblem() {
    group(1 << 20);
    group(2 << 20);
    group(3 << 20);
    cache(1 << 20, 256);
    cache(2 << 20, 256);
    cache(3 << 20, 258);
    cache(4 << 20, 259);
    inode(256, 0100600);
    inode(258, 0040755);
    inode(259, 0100600);
    caches.compare(groups);
    assertThat(messages)
        .containsExactlyInAnyOrder(
            "corrupt free space cache 2097152: inode 256, have also that of another expect its own",
            "corrupt free space cache 3145728: inode 258, have none expect a file",
            "corrupt free space cache 4194304: block group, have none expect one");
  }
}
