package cairn.repository.pack;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Slice;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityTable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes of the damaged bytes of a pack those that were written, by its parity. Reads and writes no
/// storage.
///
/// Nothing is called good that was not proven: the directory by its seal, every blob by its CRC in
/// the sealed directory; then the parity section is computed anew from them.
public final class PackRepair {
  private final Packs packs;

  public PackRepair(Packs packs) {
    this.packs = packs;
  }

  /// What became of a pack.
  public sealed interface Result {}

  /// There was nothing to repair.
  public record Sound() implements Result {}

  /// All is as it was written.
  ///
  /// @param bytes to be stored in the place of the damaged ones
  /// @param shards how many pieces of 1 or 4 KiB came back; 0 when only tables or padding were
  ///   wrong
  public record Repaired(Slice bytes, int shards) implements Result {}

  /// The directory is good, and so are all blobs but some.
  ///
  /// @param bytes what could be brought back, at the places that the directory tells
  /// @param lost the blobs that are damaged; none when only the parity section is
  public record Partial(Slice bytes, PackDirectory directory, List<BlobEntry> lost)
      implements Result {
    public Partial {
      lost = List.copyOf(lost);
    }
  }

  /// Not even the directory can be brought back.
  ///
  /// @param problem what is wrong with the directory
  /// @param obstacle what is wrong with the parity; empty when parity was used and did not suffice
  public record Hopeless(Problem problem, Optional<Problem> obstacle) implements Result {}

  /// @param found the pack as it was found: cut off, with bytes added at the end, or with wrong
  ///   bytes in any place; zeros stand for what could not be read. Not changed
  /// @throws IOException when a newer Cairn wrote the pack: it is not to be repaired
  public Result repair(ObjectId pack, byte[] found) throws IOException {
    if (isSound(pack, found)) {
      return new Sound();
    }
    ParityTable table;
    try {
      table = ParityTable.find(pack, found, packs.repository());
    } catch (CorruptData e) {
      return prove(pack, found.clone(), null, e.problem());
    }
    Parity.Restored restored = Parity.restore(table, found);
    Result result = prove(pack, restored.bytes().bytes(), table.place(), null);
    if (result instanceof Repaired whole) {
      return new Repaired(whole.bytes, restored.restored());
    }
    // A table that is wrong itself must not make things worse.
    Result asFound = prove(pack, found.clone(), null, null);
    return lost(asFound) < lost(result) ? asFound : result;
  }

  private static int lost(Result result) {
    return switch (result) {
      case Sound _, Repaired _ -> 0;
      case Partial partial -> 1 + partial.lost.size();
      case Hopeless _ -> Integer.MAX_VALUE;
    };
  }

  private boolean isSound(ObjectId pack, byte[] found) throws IOException {
    try {
      PackBytes bytes = new PackBytes(packs, pack, found, found.length);
      PackDirectory directory = bytes.directory();
      if (!bytes.damaged(directory).isEmpty()) {
        return false;
      }
      bytes.checkParity(directory);
      return true;
    } catch (CorruptData e) {
      return false;
    }
  }

  /// Says what is proven of bytes, and makes their parity section anew when they are good.
  ///
  /// @param place of the section, if it is known
  /// @param obstacle why it is not known
  private Result prove(
      ObjectId pack, byte[] bytes, @Nullable ParityPlace place, Problem.@Nullable Corrupt obstacle)
      throws IOException {
    PackBytes restored = new PackBytes(packs, pack, bytes, bytes.length);
    PackDirectory directory;
    try {
      directory = restored.directory();
    } catch (CorruptData e) {
      return new Hopeless(e.problem(), Optional.ofNullable(obstacle));
    }
    List<BlobEntry> lost = restored.damaged(directory);
    Optional<ParityPlace> section =
        place == null ? PackParity.guess(packs, directory) : Optional.of(place);
    if (!lost.isEmpty() || section.isEmpty()) {
      return new Partial(Slice.of(bytes), directory, lost);
    }
    Parity.write(section.get(), bytes);
    try {
      restored.checkParity(directory);
    } catch (CorruptData e) {
      return new Partial(Slice.of(bytes), directory, lost);
    }
    return new Repaired(Slice.of(bytes), 0);
  }
}
