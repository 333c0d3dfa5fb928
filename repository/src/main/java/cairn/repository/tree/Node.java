package cairn.repository.tree;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.util.ArrayList;
import java.util.List;

/// A node of a tree. Little-endian. Its id is the digest of clear part and body together.
///
/// Clear part, stored as it is, so that a server without the key can follow references:
///
/// | offset | bytes  | field                                                    |
/// |-------:|-------:|----------------------------------------------------------|
/// |      0 |      1 | level, 0 for a leaf                                      |
/// |      1 |      1 | kind of tree: 1, volume                                  |
/// |      2 |      2 | zero                                                     |
/// |      4 |      4 | number of items, N, 1..1,024                             |
/// |      8 | 32 x N | ids: of chunks in a leaf, of child nodes above           |
///
/// Body, stored encoded and, in an encrypted repository, encrypted; for each item:
///
/// | bytes | field                                                                     |
/// |------:|---------------------------------------------------------------------------|
/// |    17 | key: object (8), type (1), offset (8); above leaves, the child's first key |
/// |     2 | leaf: length of the value, 0 for a block                                  |
/// |     8 | above leaves: number of leaf items beneath the child                      |
public record Node(int level, List<Item> items) {
  public static final int VOLUME_TREE = 1;
  public static final int CLEAR_HEAD_BYTES = 8;

  public Node {
    items = List.copyOf(items);
  }

  /// The key of the first item.
  public Key firstKey() {
    return items.getFirst().key();
  }

  /// The number of leaf items beneath.
  public long count() {
    return items.stream().mapToLong(Item::count).sum();
  }

  /// The length of the clear part of a node with that many items.
  public static int clearBytes(int itemCount) {
    return CLEAR_HEAD_BYTES + itemCount * ChunkId.BYTES;
  }

  /// The length of the whole node.
  public static int bytes(int level, int itemCount) {
    return clearBytes(itemCount) + itemCount * (Key.BYTES + (level == 0 ? 2 : 8));
  }

  /// Clear part and body.
  public byte[] toBytes() {
    ByteWriter out = new ByteWriter(bytes(level, items.size()));
    out.u8(level).u8(VOLUME_TREE).u16(0).u32(items.size());
    for (Item item : items) {
      out.id(item.id());
    }
    for (Item item : items) {
      out.u64(item.key().object()).u8(item.key().type()).u64(item.key().offset());
      if (level == 0) {
        out.u16(0);
      } else {
        out.u64(item.count());
      }
    }
    return out.toBytes();
  }

  /// Takes a node apart; its logic is for the tree checker to judge.
  public static Node parse(byte[] bytes, Subject subject) throws CorruptData {
    ByteReader in = new ByteReader(bytes, subject);
    int level = in.u8();
    int count = readHead(in, level, subject);
    subject.checkEqual(bytes.length, bytes(level, count), "size");
    List<ChunkId> ids = new ArrayList<>(count);
    for (int slot = 0; slot < count; slot++) {
      ids.add(in.chunkId());
    }
    List<Item> items = new ArrayList<>(count);
    for (int slot = 0; slot < count; slot++) {
      Key key = new Key(in.u64(), in.u8(), in.u64());
      if (level == 0) {
        subject.slot(slot).checkEqual(in.u16(), 0, "value length");
      }
      items.add(new Item(key, ids.get(slot), level == 0 ? 1 : in.u64()));
    }
    in.end();
    return new Node(level, items);
  }

  private static int readHead(ByteReader in, int level, Subject subject) throws CorruptData {
    subject.check(level <= Shape.LEVEL_MAX, "level", level, Shape.LEVEL_MAX);
    subject.checkEqual(in.u8(), VOLUME_TREE, "tree kind");
    subject.checkEqual(in.u16(), 0, "reserved");
    int count = in.length(Shape.FANOUT, "items");
    subject.check(count > 0, "items", count, "1.." + Shape.FANOUT);
    return count;
  }

  /// The ids in a clear part, all that is to be known without the key.
  ///
  /// @param clear begins with the clear part; more may follow
  public static Children children(byte[] clear, Subject subject) throws CorruptData {
    ByteReader in = new ByteReader(clear, subject);
    int level = in.u8();
    int count = readHead(in, level, subject);
    List<ChunkId> ids = new ArrayList<>(count);
    for (int slot = 0; slot < count; slot++) {
      ids.add(in.chunkId());
    }
    return new Children(level, ids);
  }

  /// What a clear part tells: the node's level and whom it names.
  public record Children(int level, List<ChunkId> ids) {}
}
