package cairn.filesystem.ext.journal;

import static cairn.filesystem.ext.journal.JournalSuperblock.INCOMPAT_64BIT;
import static cairn.filesystem.ext.journal.JournalSuperblock.INCOMPAT_FAST_COMMIT;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Goes once through the log, as `do_one_pass` of `fs/jbd2/recovery.c` does three times: what a
/// transaction brings counts when its commit is found, and the log ends where the next block is not
/// the one that comes next. That is how a crash leaves it, and no damage; what lies before a commit
/// and is wrong is.
public final class Replay {
  private static final int DESCRIPTOR = 1;
  private static final int COMMIT = 2;
  private static final int REVOKE = 5;
  private static final int REVOKE_HEADER_BYTES = 16;
  private static final int FAST_HEAD = 9;

  private final Journal journal;
  private final JournalSuperblock superblock;
  private final Blocks blocks;
  private final Seals seals;
  private final List<Tag> tags = new ArrayList<>();
  private final Map<Long, Integer> revoked = new HashMap<>();
  private final List<CorruptData> problems = new ArrayList<>();
  private final Overlay overlay;
  private boolean fastCommits;

  Replay(Journal journal, Blocks blocks) throws IOException, CorruptData {
    this.journal = journal;
    this.superblock = journal.superblock();
    this.blocks = blocks;
    this.seals = new Seals(superblock);
    if (superblock.start() != 0) {
      scan();
    }
    Overlay.Builder builder = new Overlay.Builder(blocks);
    for (Tag tag : tags) {
      apply(tag, builder);
    }
    this.overlay = builder.build();
  }

  /// The volume as it is afterwards.
  public BlockReader volume() {
    return overlay;
  }

  /// What was found wrong in the log; what was wrong is not replayed.
  public List<CorruptData> problems() {
    return List.copyOf(problems);
  }

  /// Whether the newest changes are only in fast commits, which are not replayed.
  public boolean hasFastCommits() {
    return fastCommits;
  }

  private void scan() throws IOException, CorruptData {
    long at = superblock.start();
    int sequence = superblock.sequence();
    long left = superblock.blocks();
    Transaction transaction = new Transaction(sequence);
    while (left > 0) {
      byte[] block = journal.read(at);
      Fields fields = Fields.bigEndian(block);
      if (fields.i32(0) != JournalSuperblock.MAGIC || fields.i32(8) != sequence) {
        break;
      }
      long used = 1;
      switch (fields.i32(4)) {
        case DESCRIPTOR -> used += transaction.describe(block, at);
        case REVOKE -> transaction.revoke(block, at);
        case COMMIT -> {
          if (!transaction.commit(block, at)) {
            return;
          }
          transaction = new Transaction(++sequence);
        }
        default -> {
          return;
        }
      }
      left -= used;
      at = after(at, used);
    }
    lookForFastCommits(sequence);
  }

  private long after(long at, long blocksUsed) {
    long next = at + blocksUsed;
    long length = superblock.logEnd() - superblock.first();
    return next < superblock.logEnd()
        ? next
        : superblock.first() + (next - superblock.logEnd()) % length;
  }

  /// They begin one block behind the log, see `j_fc_first`, with the number of the transaction that
  /// would come next.
  private void lookForFastCommits(int sequence) throws IOException, CorruptData {
    if (superblock.incompat(INCOMPAT_FAST_COMMIT)) {
      Fields first = Fields.littleEndian(journal.read(superblock.logEnd() + 1));
      fastCommits = first.u16(0) == FAST_HEAD && first.i32(8) == sequence;
    }
  }

  private void apply(Tag tag, Overlay.Builder builder) throws IOException, CorruptData {
    Integer until = revoked.get(tag.block());
    if (until != null && until - tag.sequence() >= 0) {
      return;
    }
    if (!blocks.superblock().holds(tag.block()) && tag.block() != 0) {
      problems.add(
          Journal.subject(tag.at())
              .corrupt("block", Long.toString(tag.block()), "0.." + blocks.superblock().blocks()));
      return;
    }
    if (superblock.sealsAll()) {
      Optional<CorruptData> wrong = seals.data(tag, journal.read(tag.at()));
      if (wrong.isPresent()) {
        problems.add(wrong.get());
        return;
      }
    }
    builder.put(tag.block(), journal.place(tag.at()), tag.isEscaped());
  }

  /// What was read of a transaction whose commit is still to come.
  private final class Transaction {
    private final int sequence;
    private final List<Tag> found = new ArrayList<>();
    private final Map<Long, Integer> revokes = new HashMap<>();
    private final Seals.Sum sum;
    private Optional<CorruptData> wrong = Optional.empty();

    private Transaction(int sequence) {
      this.sequence = sequence;
      this.sum = seals.sum();
    }

    /// @return how many blocks of data follow
    private int describe(byte[] block, long at) throws IOException, CorruptData {
      wrong = wrong.or(() -> seals.tail(block, at));
      sum.add(block);
      List<Tag> these = Tag.read(block, superblock, sequence);
      long place = at;
      for (Tag tag : these) {
        place = after(place, 1);
        found.add(tag.at(place));
        if (superblock.sealsTransactions()) {
          sum.add(journal.read(place));
        }
      }
      checkSize();
      return these.size();
    }

    /// Each tag stands for a block of the log.
    private void checkSize() throws CorruptData {
      JournalSuperblock.subject()
          .check(
              found.size() <= superblock.blocks(),
              "tags of a transaction",
              found.size(),
              "0.." + superblock.blocks());
    }

    private void revoke(byte[] block, long at) {
      wrong = wrong.or(() -> seals.tail(block, at));
      Fields fields = Fields.bigEndian(block);
      int size = superblock.incompat(INCOMPAT_64BIT) ? Long.BYTES : Integer.BYTES;
      long end = Math.min(fields.u32(12), block.length);
      for (int entry = REVOKE_HEADER_BYTES; entry + size <= end; entry += size) {
        revokes.put(size == Long.BYTES ? fields.u64(entry) : fields.u32(entry), sequence);
      }
    }

    /// @return whether the log goes on
    private boolean commit(byte[] block, long at) {
      wrong = wrong.or(() -> seals.commit(block, at)).or(() -> seals.whole(block, at, sum));
      if (wrong.isPresent()) {
        problems.add(wrong.get());
        return false;
      }
      tags.addAll(found);
      revoked.putAll(revokes);
      return true;
    }
  }

  /// What the checksum of a block of data starts with.
  static int sequenceSeed(int seed, int sequence) {
    byte[] bytes = new byte[Integer.BYTES];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) (sequence >>> (24 - 8 * index));
    }
    return RawCrc32c.of(seed, bytes);
  }
}
