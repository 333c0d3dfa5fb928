package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.Fields;

/// An item of a leaf: its key, and the fields of its data by their offset in it.
public final class Item {
  private final Key key;
  private final Fields block;
  private final int from;
  private final int size;

  Item(Key key, Fields block, int from, int size) {
    this.key = key;
    this.block = block;
    this.from = from;
    this.size = size;
  }

  public Key key() {
    return key;
  }

  public int type() {
    return key.type();
  }

  public int size() {
    return size;
  }

  public int u8(int at) {
    return block.u8(from + at);
  }

  public int u16(int at) {
    return block.u16(from + at);
  }

  public long u32(int at) {
    return block.u32(from + at);
  }

  public int i32(int at) {
    return block.i32(from + at);
  }

  public long u64(int at) {
    return block.u64(from + at);
  }

  public byte[] raw(int at, int length) {
    return block.raw(from + at, length);
  }

  /// The key in it.
  public Key keyAt(int at) {
    return Key.read(block, from + at);
  }

  /// All of it, as a structure of its own.
  public Fields data() {
    return block.part(from, size);
  }

  /// The block that it lies in, with [#place] to find it there: nothing is copied.
  public byte[] bytes() {
    return block.bytes();
  }

  /// Where a byte of it lies in [#bytes].
  public int place(int at) {
    return from + at;
  }
}
