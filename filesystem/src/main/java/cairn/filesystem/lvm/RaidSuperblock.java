package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Optional;

/// What the kernel notes of a leg of a RAID, at the start of the leg's `_rmeta_` volume: `struct
/// dm_raid_superblock` in `drivers/md/dm-raid.c`. Little-endian.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     4 | `DmRd`                                                       |
/// |      8 |     4 | number of legs                                               |
/// |     12 |     4 | which of them this is                                        |
/// |     16 |     8 | counts events                                                |
/// |     24 |     8 | legs that failed, a bit for each of the first 64             |
/// |     32 |     8 | up to where this leg was recovered, in sectors; all ones when it is whole |
record RaidSuperblock(int leg, long events, long failed, boolean whole) {
  private static final int BYTES = 512;
  private static final String MAGIC = "DmRd";

  /// Empty when the kernel has written none yet.
  static Optional<RaidSuperblock> read(BlockReader metadata) throws IOException {
    if (metadata.size() < BYTES) {
      return Optional.empty();
    }
    byte[] bytes = new byte[BYTES];
    metadata.read(0, bytes, 0, BYTES);
    Fields fields = Fields.littleEndian(bytes);
    if (!fields.holds(0, MAGIC)) {
      return Optional.empty();
    }
    return Optional.of(
        new RaidSuperblock(fields.i32(12), fields.u64(16), fields.u64(24), fields.u64(32) == -1));
  }

  /// Whether a leg failed, as far as this one knows.
  boolean saysFailed(int other) {
    return other >= 0 && other < Long.SIZE && (failed >>> other & 1) != 0;
  }
}
