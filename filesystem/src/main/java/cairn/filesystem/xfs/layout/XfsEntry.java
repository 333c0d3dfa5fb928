package cairn.filesystem.xfs.layout;

import cairn.filesystem.layout.Fields;
import java.util.Arrays;

/// An entry of a directory.
///
/// @param inode as it was read, not checked
/// @param block which holds the name
/// @param type 0 when it is not told; see [XfsDirectoryData]
/// @param address where the entry lies in the directory, in 8 bytes; 0 in a short one
public record XfsEntry(
    long inode, Fields block, int nameAt, int nameLength, int type, long address) {
  public byte[] name() {
    return block.raw(nameAt, nameLength);
  }

  public long hash(XfsSuperblock superblock) {
    return XfsHash.ofName(block.bytes(), nameAt, nameLength, superblock.foldsCase());
  }

  public boolean isDot() {
    return nameLength == 1 && block.u8(nameAt) == '.';
  }

  public boolean isDotDot() {
    return nameLength == 2 && block.u8(nameAt) == '.' && block.u8(nameAt + 1) == '.';
  }

  public boolean isNamed(byte[] name) {
    return Arrays.equals(block.bytes(), nameAt, nameAt + nameLength, name, 0, name.length);
  }

  /// Whether its name has neither a slash nor a NUL.
  public boolean isProper() {
    for (int index = nameAt; index < nameAt + nameLength; index++) {
      if (block.u8(index) == '/' || block.u8(index) == 0) {
        return false;
      }
    }
    return nameLength > 0;
  }
}
