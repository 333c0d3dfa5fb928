package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A directory that has blocks of its own. Up to 32 GiB are blocks of entries, then, if there is
/// more than one, comes an [index][XfsIndex], and from 64 GiB on, if that has more than one block,
/// tables of the unused ranges.
///
/// | offset, version 4 | bytes | field of a table, `struct xfs_dir2_free_hdr`          |
/// |------------------:|------:|-------------------------------------------------------|
/// |              0, 0 |     4 | `XDF3`, version 4 `XD2F`                              |
/// |              4, - |    44 | [seal][XfsSeal#DIRECTORY]                             |
/// |             48, 4 |    12 | first block of entries, how many are listed, in use   |
/// |            64, 16 |       | longest unused range of each, u16; `ffff`: no block   |
public final class XfsDirectory {
  private static final long INDEX_AT = 32L << 30;
  private static final long TABLES_AT = 64L << 30;
  private static final int NO_BLOCK = 0xFFFF;

  private final XfsSource source;
  private final XfsInode inode;
  private final XfsMap map;
  private final int blocks;

  public XfsDirectory(XfsSource source, XfsInode inode, XfsMap map) {
    this.source = source;
    this.inode = inode;
    this.map = map;
    XfsSuperblock superblock = source.superblock();
    this.blocks = superblock.directoryBlockBytes() / superblock.blockBytes();
  }

  /// Whether it is one block that has everything.
  public boolean isSingle() {
    return map.end() == blocks;
  }

  /// The block of the directory in which the index begins.
  public long indexBlock() {
    return INDEX_AT / source.superblock().blockBytes();
  }

  public long tablesBlock() {
    return TABLES_AT / source.superblock().blockBytes();
  }

  /// How many blocks one of its structures has.
  public int structureBlocks() {
    return blocks;
  }

  /// Reads the entries that begin in a block of the directory.
  public XfsDirectoryData data(long block) throws IOException, CorruptData {
    return XfsDirectoryData.read(source, inode, map, block, isSingle());
  }

  public XfsIndex index() {
    return new XfsIndex(source, inode, map, XfsFork.Use.DATA);
  }

  /// The next block of entries from this block of the directory on; negative when there is none.
  public long nextData(long from) {
    int index = map.find(from);
    if (index == map.count()) {
      return -1;
    }
    long next = Math.max(from, map.get(index).offset());
    next -= next % blocks;
    return next < indexBlock() ? next : -1;
  }

  /// @throws CorruptData at the first entry that is damaged
  public void visit(XfsShortDirectory.Visitor visitor) throws IOException, CorruptData {
    for (long block = nextData(0); block >= 0; block = nextData(block + blocks)) {
      data(block).visit(visitor);
    }
  }

  /// Looks up a name by its hash.
  public Optional<XfsEntry> find(byte[] name) throws IOException, CorruptData {
    XfsSuperblock superblock = source.superblock();
    long hash = XfsHash.ofName(name, 0, name.length, superblock.foldsCase());
    if (isSingle()) {
      XfsDirectoryData data = data(0);
      return find(data.hashes(), hash, name);
    }
    long most = map.blocks(0, Long.MAX_VALUE);
    XfsIndex.Block leaf = index().find(indexBlock(), hash);
    for (long seen = 0; seen < most; seen++) {
      Optional<XfsEntry> found = find(leaf.hashes(), hash, name);
      int count = leaf.hashes().count();
      boolean more = count == 0 || leaf.hashes().hash(count - 1) == hash;
      if (found.isPresent() || !more || leaf.right() == 0 || XfsIndex.isSingle(leaf)) {
        return found;
      }
      leaf = index().read(leaf.right());
    }
    throw leaf.subject().corrupt("right siblings", "a circle", "an end");
  }

  private Optional<XfsEntry> find(XfsHashes hashes, long hash, byte[] name)
      throws IOException, CorruptData {
    for (int at = hashes.find(hash); at < hashes.count() && hashes.hash(at) == hash; at++) {
      if (hashes.address(at) != 0) {
        XfsEntry entry = at(hashes.address(at));
        if (entry.isNamed(name)) {
          return Optional.of(entry);
        }
      }
    }
    return Optional.empty();
  }

  /// The entry at an address.
  public XfsEntry at(long address) throws IOException, CorruptData {
    long block = address * 8 / source.superblock().blockBytes();
    return data(block - block % blocks).find(address);
  }

  /// The longest unused ranges as the leaf of a directory that has only one lists them.
  public static List<Integer> listed(XfsIndex.Block leaf) throws CorruptData {
    Fields fields = leaf.fields();
    int tail = fields.size() - 4;
    long count = fields.u32(tail);
    int hashesEnd = leaf.hashes().from() + leaf.hashes().count() * XfsHashes.BYTES;
    boolean fits = count <= (tail - hashesEnd) / 2;
    leaf.subject().check(fits, "blocks of entries", count, (tail - hashesEnd) / 2);
    List<Integer> longest = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      longest.add(fields.u16(tail - 2 * ((int) count - index)));
    }
    return longest;
  }

  /// A table of unused ranges.
  ///
  /// @param first block of entries that is listed, as the number of its structure
  /// @param longest of each
  public record Table(long first, List<Integer> longest) {}

  /// Reads a table.
  ///
  /// @param block of the directory
  public Table table(long block) throws IOException, CorruptData {
    Subject subject = XfsDirectoryData.subject(inode, block);
    XfsMap.Piece piece = map.read(source, block, blocks, subject);
    Fields fields = piece.fields();
    boolean checksums = source.superblock().hasChecksums();
    String magic = checksums ? "XDF3" : "XD2F";
    subject.check(fields.holds(0, magic), "magic", fields.u32(0), magic);
    source.checkSeal(XfsSeal.DIRECTORY, fields, piece.offset(), inode.number(), subject);
    int at = checksums ? 48 : 4;
    int from = checksums ? 64 : 16;
    int most = (fields.size() - from) / 2;
    long first = (block - tablesBlock()) / blocks * most;
    subject.checkEqual(fields.u32(at), first, "first block");
    subject.check(fields.u32(at + 4) <= most, "blocks listed", fields.u32(at + 4), most);
    List<Integer> longest = new ArrayList<>();
    int used = 0;
    for (int index = 0; index < fields.i32(at + 4); index++) {
      longest.add(fields.u16(from + 2 * index));
      used += longest.getLast() == NO_BLOCK ? 0 : 1;
    }
    subject.checkEqual(fields.u32(at + 8), used, "blocks in use");
    return new Table(first, longest);
  }

  /// Whether a table says that there is no block.
  public static boolean isNoBlock(int longest) {
    return longest == NO_BLOCK;
  }
}
