package cairn.filesystem.fat;

import cairn.filesystem.layout.Fields;
import java.util.Optional;

/// Takes the entries out of a directory, slot by slot. As in Linux, a slot that was never used is
/// not the end.
final class FatSlots {
  private final LongName longName;

  FatSlots(LongName.Trouble trouble) {
    this.longName = new LongName(trouble);
  }

  /// The next slot of the directory.
  ///
  /// @param offset of the piece on the volume
  /// @return empty when it holds nothing, or a part of a name
  Optional<FatEntry> slot(Fields piece, int at, long offset) {
    if (FatEntry.isFree(piece, at)) {
      longName.drop();
      return Optional.empty();
    }
    if (FatEntry.isLongName(piece, at)) {
      longName.part(piece, at);
      return Optional.empty();
    }
    Fields entry = piece.part(at, FatEntry.BYTES);
    Optional<String> name = longName.take(entry.raw(0, FatEntry.NAME_BYTES));
    return Optional.of(new FatEntry(offset + at, entry, name));
  }

  void end() {
    longName.drop();
  }
}
