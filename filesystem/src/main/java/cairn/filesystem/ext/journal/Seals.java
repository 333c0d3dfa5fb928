package cairn.filesystem.ext.journal;

import static cairn.filesystem.ext.journal.JournalSuperblock.INCOMPAT_CSUM_V3;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.util.Arrays;
import java.util.Optional;

/// The checksums of a log, of all three versions.
final class Seals {
  private static final int COMMIT_TYPE_AT = 12;
  private static final int COMMIT_CHECKSUM_AT = 16;
  private static final int KIND_CRC32 = 1;
  private static final int POLYNOMIAL = 0x04C11DB7;
  private static final int[] TABLE = table();

  private final JournalSuperblock journal;
  private final int seed;

  Seals(JournalSuperblock journal) {
    this.journal = journal;
    this.seed = journal.checksumSeed();
  }

  /// The CRC-32 of the blocks of a transaction, highest bit first, that the first version has in
  /// the commit.
  static final class Sum {
    private int register = ~0;
    private final boolean wanted;

    private Sum(boolean wanted) {
      this.wanted = wanted;
    }

    void add(byte[] block) {
      if (wanted) {
        for (byte each : block) {
          register = register << 8 ^ TABLE[(register >>> 24 ^ each) & 0xFF];
        }
      }
    }
  }

  Sum sum() {
    return new Sum(journal.sealsTransactions());
  }

  /// What is wrong with a descriptor or a list of revoked blocks.
  Optional<CorruptData> tail(byte[] block, long at) {
    return whole(block, block.length - Integer.BYTES, at);
  }

  Optional<CorruptData> commit(byte[] block, long at) {
    return whole(block, COMMIT_CHECKSUM_AT, at);
  }

  private Optional<CorruptData> whole(byte[] block, int field, long at) {
    if (!journal.sealsAll()) {
      return Optional.empty();
    }
    byte[] copy = block.clone();
    Arrays.fill(copy, field, field + Integer.BYTES, (byte) 0);
    return compare(Fields.bigEndian(block).i32(field), RawCrc32c.of(seed, copy), at);
  }

  /// What is wrong with a transaction as a whole.
  Optional<CorruptData> whole(byte[] commit, long at, Sum sum) {
    Fields fields = Fields.bigEndian(commit);
    boolean summed = sum.wanted && fields.u8(COMMIT_TYPE_AT) == KIND_CRC32;
    return summed ? compare(fields.i32(COMMIT_CHECKSUM_AT), sum.register, at) : Optional.empty();
  }

  /// What is wrong with a block of data, as it stands in the log.
  Optional<CorruptData> data(Tag tag, byte[] block) {
    int crc = RawCrc32c.of(Replay.sequenceSeed(seed, tag.sequence()), block);
    int kept = journal.incompat(INCOMPAT_CSUM_V3) ? crc : crc & 0xFFFF;
    return compare(tag.checksum(), kept, tag.at());
  }

  private static Optional<CorruptData> compare(int have, int expect, long at) {
    return have == expect
        ? Optional.empty()
        : Optional.of(
            Journal.subject(at)
                .corrupt("checksum", Integer.toString(have), Integer.toString(expect)));
  }

  private static int[] table() {
    int[] table = new int[256];
    for (int index = 0; index < table.length; index++) {
      int register = index << 24;
      for (int bit = 0; bit < 8; bit++) {
        register = register < 0 ? register << 1 ^ POLYNOMIAL : register << 1;
      }
      table[index] = register;
    }
    return table;
  }
}
