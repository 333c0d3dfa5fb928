package cairn.filesystem.btrfs.tree;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.filesystem.layout.Bits;

/// What must hold for the items that share out space, by `fs/btrfs/tree-checker.c` of Linux.
final class SpaceRules {
  private static final int GROUP_BYTES = 24;
  private static final int INFO_BYTES = 8;
  private static final int DEVICE_EXTENT_BYTES = 48;
  private static final int DEVICE_BYTES = 98;

  private SpaceRules() {}

  static void group(Item item, Judge judge) {
    Key key = item.key();
    judge.check(key.offset() > 0, "length", key.offset(), "1 and more");
    if (!judge.checkEqual(item.size(), GROUP_BYTES, "item size")) {
      return;
    }
    judge.checkEqual(item.u64(8), Ids.FIRST, "chunk_objectid");
    boolean fits = Long.compareUnsigned(item.u64(0), key.offset()) <= 0;
    judge.check(fits, "used", item.u64(0), key.offset());
    long type = item.u64(16);
    boolean oneProfile = Long.bitCount(type & Chunk.PROFILES) <= 1;
    judge.check(oneProfile, "block group flags", type, "one profile");
    long content = type & ~Chunk.PROFILES;
    boolean known =
        content == Chunk.DATA
            || content == Chunk.SYSTEM
            || content == Chunk.METADATA
            || content == (Chunk.DATA | Chunk.METADATA);
    judge.check(known, "block group flags", type, "what it holds");
  }

  static void freeInfo(Item item, Judge judge) {
    freeRange(item, judge);
    if (judge.checkEqual(item.size(), INFO_BYTES, "item size")) {
      judge.checkBits(item.u32(4), 1, "free space info flags");
      long most = item.key().offset() / judge.superblock().sectorBytes();
      judge.check(item.u32(0) <= most, "extent_count", item.u32(0), most);
    }
  }

  static void freeExtent(Item item, Judge judge) {
    freeRange(item, judge);
    judge.checkEqual(item.size(), 0, "item size");
    apart(item, judge);
  }

  static void freeBitmap(Item item, Judge judge) {
    freeRange(item, judge);
    long sectors = item.key().offset() / judge.superblock().sectorBytes();
    if (judge.checkEqual(item.size(), Math.ceilDiv(sectors, (long) Byte.SIZE), "item size")) {
      int bits = item.size() * Byte.SIZE;
      int behind = Bits.nextSet(item.data().bytes(), 0, (int) sectors, bits);
      judge.check(behind == bits, "bit behind the end", behind, "0");
    }
    apart(item, judge);
  }

  private static void freeRange(Item item, Judge judge) {
    Key key = item.key();
    judge.checkAligned(key.objectId(), "free space start");
    judge.checkAligned(key.offset(), "free space length");
    boolean sane = key.offset() > 0 && key.objectId() <= Long.MAX_VALUE - key.offset();
    judge.check(sane, "free space length", key.offset(), "1 and more, within 2^63");
  }

  private static void apart(Item item, Judge judge) {
    Key before = judge.before().key();
    boolean space =
        before.type() == Key.FREE_SPACE_EXTENT || before.type() == Key.FREE_SPACE_BITMAP;
    if (space && !before.equals(item.key())) {
      long end = before.objectId() + before.offset();
      boolean apart = Long.compareUnsigned(end, item.key().objectId()) <= 0;
      judge.check(apart, "free space start", item.key().objectId(), end);
    }
  }

  static void deviceExtent(Item item, Judge judge) {
    Key key = item.key();
    judge.checkAligned(key.offset(), "physical offset");
    if (!judge.checkEqual(item.size(), DEVICE_EXTENT_BYTES, "item size")) {
      return;
    }
    judge.checkEqual(item.u64(0), Ids.CHUNKS, "chunk_tree");
    judge.checkEqual(item.u64(8), Ids.FIRST, "chunk_objectid");
    judge.checkAligned(item.u64(16), "chunk_offset");
    judge.checkAligned(item.u64(24), "length");
    boolean sane = item.u64(24) > 0 && key.offset() <= Long.MAX_VALUE - item.u64(24);
    judge.check(sane, "length", item.u64(24), "1 and more, within 2^63");
    Item before = judge.sameBefore();
    if (before != item && before.size() == DEVICE_EXTENT_BYTES) {
      boolean apart = before.key().offset() + before.u64(24) <= key.offset();
      judge.check(apart, "physical offset", key.offset(), "after the extent before");
    }
  }

  static void device(Item item, Judge judge) {
    judge.checkEqual(item.key().objectId(), Ids.DEVICE_ITEMS, "object id");
    if (judge.checkEqual(item.size(), DEVICE_BYTES, "item size")) {
      judge.checkEqual(item.u64(0), item.key().offset(), "devid");
      boolean fits = Long.compareUnsigned(item.u64(16), item.u64(8)) <= 0;
      judge.check(fits, "bytes_used", item.u64(16), item.u64(8));
    }
  }

  static void chunk(Item item, Judge judge) {
    judge.checkEqual(item.key().objectId(), Ids.FIRST, "object id");
    try {
      Chunk.read(item.key(), item.data(), judge.superblock());
    } catch (CorruptData e) {
      Problem.Corrupt problem = e.problem();
      judge.fail(problem.field(), problem.have(), problem.expect());
    }
  }
}
