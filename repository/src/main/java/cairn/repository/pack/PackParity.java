package cairn.repository.pack;

import cairn.base.bytes.CorruptData;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityShape;
import cairn.repository.parity.ParityTable;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Where the parity section of a pack goes, and what it must fit.
final class PackParity {
  private PackParity() {}

  /// For a pack that is being made.
  static Optional<ParityPlace> plan(Packs packs, PackDirectory directory) {
    return place(packs, directory, packs.parityPercent());
  }

  /// For a pack whose section tells nothing any more: the shape that Cairn gives to some percentage
  /// and that is exactly as long.
  static Optional<ParityPlace> guess(Packs packs, PackDirectory directory) {
    return Stream.concat(
            Stream.of(packs.parityPercent()),
            IntStream.rangeClosed(1, ParityShape.PERCENT_MAX).boxed())
        .flatMap(percent -> place(packs, directory, percent).stream())
        .filter(place -> place.sectionBytes() == directory.parityBytes())
        .findFirst();
  }

  private static Optional<ParityPlace> place(Packs packs, PackDirectory directory, int percent) {
    return ParityShape.of(protectedBytes(directory), percent)
        .map(shape ->
            new ParityPlace(packs.repository(), directory.pack(), directory.blobsEnd(), shape));
  }

  /// Reads where the section of a pack lies from its first page, and checks that this is what the
  /// directory says.
  static ParityPlace place(Packs packs, PackDirectory directory, byte[] page)
      throws CorruptData, IOException {
    ParityPlace place = ParityTable.readPlace(directory.pack(), page, packs.repository());
    boolean fits =
        place.blobsEnd() == directory.blobsEnd()
            && place.shape().protectedBytes() == protectedBytes(directory)
            && place.sectionBytes() == directory.parityBytes();
    ParityPlace.subject(directory.pack()).check(fits, "place", place, "that of the directory");
    return place;
  }

  private static int protectedBytes(PackDirectory directory) {
    return directory.blobsEnd() + directory.length() + PackDirectory.FOOTER_BYTES;
  }
}
