package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import cairn.base.test.Seed;
import cairn.filesystem.UsedRanges;
import cairn.filesystem.used.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Changes bytes where the metadata lies and looks at what is told then: never an exception, never
/// a loop without end.
public final class Damage {
  private static final int UNIT = 512;
  private static final int ROUNDS = 3_000;

  /// Makes the checksum right again of whatever a byte lies in.
  @FunctionalInterface
  public interface Seal {
    void renew(byte[] image, int at);
  }

  private final byte[] image;
  private final Seal seal;
  private final BitSet sound;

  private Damage(byte[] image, Seal seal) throws IOException {
    this.image = image;
    this.seal = seal;
    this.sound = new BitSet();
    Optional<String> reason = look(sound);
    assertThat(reason).isEmpty();
  }

  /// @param places where metadata lies: starts and ends in turn
  /// @param sealed whether every byte there that matters is covered by a checksum
  public static void survived(Path path, List<Long> places, boolean sealed, Seed seed)
      throws IOException {
    new Damage(Files.readAllBytes(path), (image, at) -> {}).rounds(places, sealed, seed);
  }

  /// The same with checksums that are right, so that only logic can find out.
  public static void survivedUnderSeal(Path path, List<Long> places, Seal seal, Seed seed)
      throws IOException {
    new Damage(Files.readAllBytes(path), seal).rounds(places, false, seed);
  }

  private void rounds(List<Long> places, boolean sealed, Seed seed) {
    RandomGenerator random = seed.random();
    int noticed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      noticed += round(random, places, sealed) ? 1 : 0;
    }
    assertThat(noticed).isPositive();
  }

  /// @return whether everything was taken
  private boolean round(RandomGenerator random, List<Long> places, boolean sealed) {
    List<int[]> undo = new ArrayList<>();
    int changes = 1 + random.nextInt(3);
    for (int change = 0; change < changes; change++) {
      int place = 2 * random.nextInt(places.size() / 2);
      int at = (int) random.nextLong(places.get(place), places.get(place + 1));
      undo.add(new int[] {at, image[at]});
      image[at] = changed(image[at], random);
      seal.renew(image, at);
    }
    BitSet told = new BitSet();
    List<Optional<String>> reasons = new ArrayList<>();
    assertThatNoException()
        .as("bytes changed at %s", undo.stream().map(each -> each[0]).toList())
        .isThrownBy(() -> reasons.add(look(told)));
    boolean noticed = reasons.getFirst().isPresent();
    if (sealed && !noticed) {
      BitSet missing = (BitSet) sound.clone();
      missing.andNot(told);
      assertThat(missing.cardinality())
          .as("units lost by changes at %s", undo.stream().map(each -> each[0]).toList())
          .isZero();
    }
    for (int[] each : undo.reversed()) {
      image[each[0]] = (byte) each[1];
      seal.renew(image, each[0]);
    }
    return noticed;
  }

  private static byte changed(byte old, RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> (byte) 0xFF;
      case 1 -> 0;
      case 2 -> (byte) random.nextInt();
      default -> (byte) (old ^ 1 << random.nextInt(8));
    };
  }

  private Optional<String> look(BitSet told) throws IOException {
    UsedRanges used =
        UsedRanges.visit(
            MemoryVolume.of(image),
            (offset, length) -> Moment.LIVE,
            (offset, length) ->
                told.set((int) (offset / UNIT), (int) Math.ceilDiv(offset + length, UNIT)));
    return used.parts().stream().flatMap(part -> part.reason().stream()).findFirst();
  }
}
