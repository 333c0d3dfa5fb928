package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.RawCrc32c;
import java.util.ArrayList;
import java.util.List;

/// `struct btrfs_dir_item`: an entry of a directory, or an extended attribute. Several in one item
/// have names of the same hash.
///
/// | offset | bytes | field                                       |
/// |-------:|------:|---------------------------------------------|
/// |      0 |    17 | key of what it leads to                     |
/// |     17 |     8 | transaction                                 |
/// |     25 |     4 | lengths of data and name                    |
/// |     29 |     1 | type: 1 file, 2 directory ... 8 attribute   |
/// |     30 |       | name, data                                  |
///
/// @param start of the entry in its item
public record DirEntry(Item item, int start) {
  public static final int HEADER_BYTES = 30;
  public static final int TYPE_XATTR = 8;

  private static final int HASH_REGISTER = ~1;

  /// @param start where there is at least the header
  public static DirEntry at(Item item, int start) {
    return new DirEntry(item, start);
  }

  /// What entries of this name are filed under.
  public static long hash(byte[] name) {
    return RawCrc32c.of(HASH_REGISTER, name) & 0xFFFF_FFFFL;
  }

  /// All in an item.
  public static List<DirEntry> all(Item item) {
    List<DirEntry> all = new ArrayList<>();
    for (int at = 0; at < item.size(); at = all.getLast().end()) {
      all.add(at(item, at));
    }
    return all;
  }

  public Key location() {
    return item.keyAt(start);
  }

  public int dataBytes() {
    return item.u16(start + 25);
  }

  public int nameBytes() {
    return item.u16(start + 27);
  }

  public int type() {
    return item.u8(start + 29);
  }

  public byte[] name() {
    return item.raw(start + HEADER_BYTES, nameBytes());
  }

  public byte[] data() {
    return item.raw(start + HEADER_BYTES + nameBytes(), dataBytes());
  }

  /// Where the next one begins, if this is not the last one.
  public int end() {
    return start + HEADER_BYTES + nameBytes() + dataBytes();
  }
}
