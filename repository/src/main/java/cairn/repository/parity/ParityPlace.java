package cairn.repository.parity;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;

/// Where things lie in a pack with parity: blobs, zeros up to a multiple of 1,024, the first copy
/// of the [ParityTable], the parity shards, the second copy, then the pack's directory and footer.
///
/// The protected bytes are everything before the zeros and everything after the second copy.
///
/// @param blobsEnd offset of the first byte after the blobs
public record ParityPlace(ObjectId repository, ObjectId pack, int blobsEnd, ParityShape shape) {
  /// What section and pages are aligned to.
  public static final int ALIGNMENT = 1024;

  static final int PACK_BYTES_MAX = 1 << 30;

  /// How damage to parity is told of: it costs no chunk.
  public static Subject subject(ObjectId pack) {
    return Subject.of("parity", pack.toString());
  }

  Subject subject() {
    return subject(pack);
  }

  boolean isValid() {
    return shape.isValid()
        && blobsEnd > 0
        && blobsEnd < shape.protectedBytes()
        && Math.ceilDiv(blobsEnd, ALIGNMENT) * (long) ALIGNMENT + shape.sectionBytes() + tailBytes()
            <= PACK_BYTES_MAX;
  }

  public int sectionOffset() {
    return sectionOffset(blobsEnd);
  }

  /// Where a section begins after blobs that end at `blobsEnd`.
  public static int sectionOffset(int blobsEnd) {
    return Math.ceilDiv(blobsEnd, ALIGNMENT) * ALIGNMENT;
  }

  public int sectionBytes() {
    return (int) shape.sectionBytes();
  }

  /// Of directory and footer.
  public int tailOffset() {
    return sectionOffset() + sectionBytes();
  }

  int tailBytes() {
    return shape.protectedBytes() - blobsEnd;
  }

  int packBytes() {
    return tailOffset() + tailBytes();
  }

  /// Of a copy (0 or 1) of the table.
  public int tableOffset(int copy) {
    return copy == 0 ? sectionOffset() : tailOffset() - shape.tableBytes();
  }

  /// Of the parity shards.
  public int shardsOffset() {
    return sectionOffset() + shape.tableBytes();
  }

  /// Of a page of a copy (0 or 1) of the table.
  int pageOffset(int copy, int page) {
    return tableOffset(copy) + page * ParityTable.PAGE_BYTES;
  }

  /// Of a parity shard, by its number among all shards.
  int parityOffset(int shard) {
    return shardsOffset() + (shard - shape.dataShards()) * shape.shardBytes();
  }
}
