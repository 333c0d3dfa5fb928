package cairn.filesystem.xfs.layout;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// Where structures are read from, and what is common to their checks.
///
/// @param newest the place in the log that no structure can have been changed after; the largest
///   number when it is not known
public record XfsSource(BlockReader volume, XfsSuperblock superblock, long newest) {
  static final int BASIC_BYTES = 512;

  /// What tools write into structures that no log knows.
  private static final long NO_CHANGE = -1;

  /// With nothing known of the log.
  public XfsSource(BlockReader volume, XfsSuperblock superblock) {
    this(volume, superblock, Long.MAX_VALUE);
  }

  /// @param offset in bytes, as it was read from somewhere
  public Fields read(long offset, int length, Subject subject) throws IOException, CorruptData {
    return Fields.bigEndian(Area.read(volume, offset, length, subject));
  }

  /// One block.
  ///
  /// @param block its number, as it was read from somewhere
  public Fields block(long block, Subject subject) throws IOException, CorruptData {
    subject.check(superblock.isBlock(block), "block", block, "within the file system");
    return read(superblock.offset(block), superblock.blockBytes(), subject);
  }

  /// Checks the seal of a structure that begins with the bytes. Version 4 has none.
  ///
  /// @param offset where it lies, in bytes
  /// @param owner which has to be its own; of no meaning to structures that name none
  public void checkSeal(XfsSeal seal, Fields fields, long offset, long owner, Subject subject)
      throws CorruptData {
    if (!superblock.hasChecksums()) {
      return;
    }
    seal.checkSum(fields, 0, fields.size(), subject);
    checkMarks(seal, fields, 0, subject);
    if (seal.placeAt() >= 0) {
      subject.checkEqual(fields.u64(seal.placeAt()), offset / BASIC_BYTES, "place");
    }
    if (seal.ownerAt() >= 0) {
      subject.checkEqual(fields.u64(seal.ownerAt()), owner, "owner");
    }
  }

  /// UUID and last change.
  void checkMarks(XfsSeal seal, Fields fields, int from, Subject subject) throws CorruptData {
    if (seal.uuidAt() >= 0) {
      boolean own = fields.holds(from + seal.uuidAt(), superblock.metadataUuid());
      String have = own ? "" : fields.uuid(from + seal.uuidAt()).orElse("none");
      subject.check(own, "uuid", have, "that of the superblock");
    }
    long change = fields.u64(from + seal.changeAt());
    boolean past = change == NO_CHANGE || Long.compareUnsigned(change, newest) <= 0;
    subject.check(past, "log sequence number", change, "at most that of the log's head");
  }
}
