package cairn.filesystem.btrfs.tree;

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

  /// @param start where there is at least the header
  public static DirEntry at(Item item, int start) {
    return new DirEntry(item, start);
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
