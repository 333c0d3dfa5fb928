package cairn.filesystem.btrfs.tree;

/// `struct btrfs_root_item`: where a tree begins. It starts with an inode that nobody uses.
///
/// | offset | bytes | field                                                          |
/// |-------:|------:|----------------------------------------------------------------|
/// |    160 |     8 | generation                                                     |
/// |    176 |     8 | address of the topmost block                                   |
/// |    200 |     8 | generation of the last snapshot of it                          |
/// |    208 |     8 | flags: bit 0 read-only, bit 48 being removed                   |
/// |    216 |     4 | references: 0 when it is being removed                         |
/// |    220 |    17 | what was removed last: all before this key is gone             |
/// |    237 |     2 | level of that; level of the topmost block                      |
/// |    239 |    24 | generation again, UUID; these and what follows came later      |
/// |    279 |    16 | UUID of the subvolume that this one was received from          |
public record RootItem(Item item) {
  static final int BYTES_MIN = 239;
  static final int BYTES = 439;
  private static final int UUID_BYTES = 16;

  /// The id of the tree.
  public long id() {
    return item.key().objectId();
  }

  public TreeRoot root() {
    return new TreeRoot(id(), address(), level(), generation());
  }

  long generation() {
    return item.u64(160);
  }

  public long address() {
    return item.u64(176);
  }

  long snapshotGeneration() {
    return item.u64(200);
  }

  long flags() {
    return item.u64(208);
  }

  public long references() {
    return item.u32(216);
  }

  public Key removedUpTo() {
    return item.keyAt(220);
  }

  public int removalLevel() {
    return item.u8(237);
  }

  int level() {
    return item.u8(238);
  }

  /// 16 bytes, zeros when it has none: one that an older kernel wrote since says nothing.
  public byte[] uuid() {
    return uuid(247);
  }

  /// The same of what it was received from.
  public byte[] receivedUuid() {
    return uuid(279);
  }

  private byte[] uuid(int at) {
    boolean known = item.size() == BYTES && generationAgain() == generation();
    return known ? item.raw(at, UUID_BYTES) : new byte[UUID_BYTES];
  }

  /// The generation once more, which only newer kernels write.
  long generationAgain() {
    return item.size() > BYTES_MIN ? item.u64(239) : 0;
  }
}
