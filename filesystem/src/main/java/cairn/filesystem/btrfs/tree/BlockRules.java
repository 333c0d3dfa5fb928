package cairn.filesystem.btrfs.tree;

import cairn.filesystem.layout.Fields;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What must hold for each block of a tree by itself, by `fs/btrfs/tree-checker.c` and
/// `fs/btrfs/disk-io.c` of Linux. Who has a block that passed here need not look again.
public final class BlockRules {
  private static final int LEVEL_MAX = 7;
  private static final int WRITTEN = 1;
  private static final int MOVED = 2;

  private final BtrfsSuperblock superblock;
  private final byte[] uuid;

  public BlockRules(BtrfsSuperblock superblock) {
    this.superblock = superblock;
    this.uuid = superblock.metadataUuid();
  }

  /// Whether this is the block that was wanted, with the right checksum.
  public boolean header(Fields block, TreeRoot wanted, Complaints complaints) {
    String id = Long.toUnsignedString(wanted.address());
    if (block.u64(0x30) != wanted.address()) {
      complaints.complain(-1, "", "bytenr", Long.toUnsignedString(block.u64(0x30)), id);
      return false;
    }
    if (!superblock.checksum().fits(block.bytes())) {
      complaints.complain(-1, "", "checksum", "another", "that of the block");
      return false;
    }
    if (!block.holds(0x20, uuid)) {
      String have = block.uuid(0x20).orElse("none");
      complaints.complain(-1, "", "fsid", have, "that of the superblock");
      return false;
    }
    return equal(block.u8(0x64), wanted.level(), "level", complaints)
        && equal(block.u64(0x50), wanted.generation(), "transid", complaints)
        && owner(block.u64(0x58), wanted.id(), complaints);
  }

  /// Blocks of subvolumes may be those of others, and what is being moved anything.
  private static boolean owner(long owner, long tree, Complaints complaints) {
    boolean fits =
        owner == tree
            || tree == Ids.RELOCATION
            || (Ids.isSubvolume(tree) && (Ids.isSubvolume(owner) || owner == Ids.RELOCATION));
    return fits || equal(owner, tree, "owner", complaints);
  }

  private static boolean equal(long have, long expect, String field, Complaints complaints) {
    if (have != expect) {
      complaints.complain(
          -1, "", field, Long.toUnsignedString(have), Long.toUnsignedString(expect));
    }
    return have == expect;
  }

  /// Checks a block whose header is good.
  ///
  /// @param first what the pointer to it says of its first key; null for the topmost block
  /// @return the slots that are not to be used; empty when the whole block is not
  public Optional<BitSet> check(TreeBlock block, @Nullable Key first, Complaints complaints) {
    if (!isWhole(block, first, complaints)) {
      return Optional.empty();
    }
    BitSet bad = new BitSet();
    if (block.level() > 0) {
      for (int slot = 0; slot < block.count(); slot++) {
        checkPointer(block, slot, bad, complaints);
      }
    } else if (block.count() > 0) {
      Judge judge = new Judge(superblock, block, complaints);
      for (int slot = 0; slot < block.count(); slot++) {
        ItemRules.check(judge.open(slot), judge);
        bad.set(slot, !judge.isGood());
      }
    }
    return Optional.of(bad);
  }

  private boolean isWhole(TreeBlock block, @Nullable Key first, Complaints complaints) {
    if (block.level() > LEVEL_MAX) {
      complaints.complain(-1, "", "level", Integer.toString(block.level()), "0.." + LEVEL_MAX);
      return false;
    }
    if ((block.flags() & WRITTEN) == 0) {
      complaints.complain(-1, "", "flags", Long.toHexString(block.flags()), "1, written");
    }
    int most = (block.size() - TreeBlock.HEADER_BYTES) / block.entryBytes();
    int least = block.level() == 0 && (first == null && mayBeEmpty(block)) ? 0 : 1;
    if (block.count() < least || block.count() > most) {
      String have = Integer.toUnsignedString(block.count());
      complaints.complain(-1, "", "nritems", have, least + ".." + most);
      return false;
    }
    if (first != null && !block.key(0).equals(first)) {
      complaints.complain(0, "", "first key", block.key(0).toString(), first.toString());
      return false;
    }
    return checkKeys(block, complaints) && (block.level() > 0 || checkData(block, complaints));
  }

  private static boolean mayBeEmpty(TreeBlock block) {
    long owner = block.owner();
    boolean never = (owner >= 0 && owner <= Ids.TOP_SUBVOLUME) || owner == Ids.DATA_RELOCATION;
    return !never || (block.flags() & MOVED) != 0;
  }

  private static boolean checkKeys(TreeBlock block, Complaints complaints) {
    Key before = Key.FIRST;
    for (int slot = 0; slot < block.count(); slot++) {
      Key key = block.key(slot);
      if (!key.isAfter(before)) {
        complaints.complain(slot, "", "key", key.toString(), "after " + before);
        return false;
      }
      before = key;
    }
    return true;
  }

  /// Without holes, from the end of the block towards the items.
  private static boolean checkData(TreeBlock block, Complaints complaints) {
    long end = (long) block.size() - TreeBlock.HEADER_BYTES;
    long least = (long) block.count() * TreeBlock.ITEM_BYTES;
    for (int slot = 0; slot < block.count(); slot++) {
      long offset = block.dataOffset(slot);
      if (offset + block.dataBytes(slot) != end) {
        String have = Long.toString(offset + block.dataBytes(slot));
        complaints.complain(slot, "", "item end", have, Long.toString(end));
        return false;
      }
      if (offset < least) {
        String have = Long.toString(offset);
        complaints.complain(slot, "", "item offset", have, least + " and more");
        return false;
      }
      end = offset;
    }
    return true;
  }

  private void checkPointer(TreeBlock block, int slot, BitSet bad, Complaints complaints) {
    TreeRoot child = block.child(slot);
    long address = child.address();
    if (address == 0 || (address & (superblock.sectorBytes() - 1)) != 0) {
      String have = Long.toUnsignedString(address);
      complaints.complain(slot, "", "blockptr", have, "aligned and not 0");
      bad.set(slot);
    }
    if (Long.compareUnsigned(child.generation(), superblock.generation() + 1) > 0) {
      String have = Long.toUnsignedString(child.generation());
      complaints.complain(slot, "", "generation", have, "0.." + (superblock.generation() + 1));
      bad.set(slot);
    }
  }
}
