package cairn.filesystem.ext.file;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.XattrEntries;
import cairn.filesystem.file.FileName;
import cairn.filesystem.layout.RawCrc32c;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The extended attributes of an inode: those in it, and those in its block.
final class XattrReader {
  private static final int ACCESS_LIST = 2;
  private static final int DEFAULT_LIST = 3;

  /// By the number of the namespace; the others are not shown to anybody, as the kernel does not.
  private static final Map<Integer, String> PREFIXES =
      Map.of(
          1,
          "user.",
          ACCESS_LIST,
          "system.posix_acl_access",
          DEFAULT_LIST,
          "system.posix_acl_default",
          4,
          "trusted.",
          6,
          "security.");

  /// The most that Linux lets a value have.
  private static final int VALUE_BYTES_MAX = 1 << 24;

  private final ExtFiles files;
  private final ExtSuperblock superblock;
  private final Inode inode;
  private final Map<FileName, byte[]> found = new LinkedHashMap<>();

  XattrReader(ExtFiles files, Inode inode) {
    this.files = files;
    this.superblock = files.superblock();
    this.inode = inode;
  }

  Map<FileName, byte[]> read() throws IOException, CorruptData {
    Optional<XattrEntries> own = XattrEntries.of(inode, superblock.inodeBytes());
    if (own.isPresent()) {
      take(own.get(), inode.subject());
    }
    long block = inode.attributeBlock();
    if (block != 0) {
      Subject subject = Subject.of("attribute block", Long.toString(block));
      XattrEntries entries = XattrEntries.of(files.blocks().read(block, subject));
      entries.checkHeader(subject);
      if (superblock.hasChecksums()) {
        entries.checkSeal(block, superblock.checksumSeed(), subject);
      }
      take(entries, subject);
    }
    return found;
  }

  private void take(XattrEntries entries, Subject subject) throws IOException, CorruptData {
    while (entries.advance(subject)) {
      String prefix = PREFIXES.get(entries.namespace());
      if (prefix != null) {
        byte[] value = entries.valueInode() == 0 ? entries.value() : valueOf(entries, subject);
        boolean isList = entries.namespace() == ACCESS_LIST || entries.namespace() == DEFAULT_LIST;
        found.putIfAbsent(
            name(prefix, entries.name()), isList ? AccessList.convert(value, subject) : value);
      }
    }
  }

  private static FileName name(String prefix, byte[] rest) {
    byte[] start = prefix.getBytes(StandardCharsets.US_ASCII);
    byte[] name = new byte[start.length + rest.length];
    System.arraycopy(start, 0, name, 0, start.length);
    System.arraycopy(rest, 0, name, start.length, rest.length);
    return new FileName(name);
  }

  private byte[] valueOf(XattrEntries entry, Subject subject) throws IOException, CorruptData {
    Inode holder = files.inode(entry.valueInode());
    long length = entry.valueLength();
    subject.check(holder.has(Inode.FLAG_VALUE), "inode of value", holder.number(), "a value");
    subject.check(length <= VALUE_BYTES_MAX, "length of value", length, "0.." + VALUE_BYTES_MAX);
    subject.check(length <= holder.size(), "length of value", length, "0.." + holder.size());
    byte[] value = new byte[(int) length];
    Blocks blocks = files.blocks();
    new MappedContent(BlockMap.of(holder, blocks), length, blocks).read(0, value, 0, value.length);
    int hash = RawCrc32c.of(superblock.checksumSeed(), value);
    boolean old = holder.owner() == inode.number();
    subject.check(old || hash == holder.valueHash(), "hash of value", hash, holder.valueHash());
    return value;
  }
}
