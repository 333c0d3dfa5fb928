package cairn.filesystem.btrfs.tree;

import cairn.filesystem.file.Attributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/// `struct btrfs_inode_item`, 160 bytes.
///
/// | offset | bytes | field                                            |
/// |-------:|------:|--------------------------------------------------|
/// |      0 |    16 | generation, transaction of the last change       |
/// |     16 |    16 | size; bytes that its extents have                |
/// |     40 |    12 | links, user, group                               |
/// |     52 |     4 | mode                                             |
/// |     56 |     8 | device: major in the bits from 20 on, minor      |
/// |     64 |     8 | flags                                            |
/// |    112 |    48 | times: accessed, changed, modified, created      |
public final class Inode {
  private static final long NO_CHECKSUMS = 1;
  private static final int ACCESSED_AT = 112;
  private static final int TIME_BYTES = 12;

  private final Item item;

  private Inode(Item item) {
    this.item = item;
  }

  /// @param item of the right size, or a root item, which begins with an inode
  public static Inode of(Item item) {
    return new Inode(item);
  }

  public long generation() {
    return item.u64(0);
  }

  long transaction() {
    return item.u64(8);
  }

  public long size() {
    return item.u64(16);
  }

  /// What its extents have together, without holes.
  public long bytes() {
    return item.u64(24);
  }

  public long links() {
    return item.u32(40);
  }

  public long user() {
    return item.u32(44);
  }

  public long group() {
    return item.u32(48);
  }

  public int mode() {
    return item.i32(52);
  }

  public Optional<Attributes.Type> type() {
    return Attributes.Type.ofMode(mode());
  }

  public boolean isDirectory() {
    return mode() >>> 12 == 4;
  }

  public boolean isRegular() {
    return mode() >>> 12 == 8;
  }

  public boolean isLink() {
    return mode() >>> 12 == 10;
  }

  public long device() {
    return item.u64(56);
  }

  public long flags() {
    return item.u64(64);
  }

  /// Whether its data has no checksums.
  public boolean isUnsealed() {
    return (flags() & NO_CHECKSUMS) != 0;
  }

  /// @param index 0 accessed, 1 changed, 2 modified, 3 created
  /// @return empty when there is no such moment
  public Optional<Instant> time(int index) {
    int at = ACCESSED_AT + index * TIME_BYTES;
    try {
      return Optional.of(Instant.ofEpochSecond(item.u64(at), item.u32(at + 8)));
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty();
    }
  }
}
