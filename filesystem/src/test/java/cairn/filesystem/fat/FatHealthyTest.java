package cairn.filesystem.fat;

import cairn.base.test.Seed;
import cairn.filesystem.test.Drawn;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.Healthy;
import cairn.filesystem.test.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// FATs made with all options, after mtools did things to them: nothing is told of any.
///
/// More of them than a build wants: `-Dhealthy=200` for each kind.
final class FatHealthyTest {
  private static final int IMAGES = Healthy.images(2);
  private static final int STEPS = 12;

  @TempDir private Path directory;

  private final List<String> names = new ArrayList<>();
  private int made;

  @ParameterizedTest
  @ValueSource(ints = {12, 16, 32})
  void nothingIsToldOfWhatIsHealthy(int kind, Seed seed) throws IOException {
    Healthy healthy = new Healthy("FAT" + kind, Healthy.Reference.of("fsck.fat -n"));
    for (int index = 0; index < IMAGES; index++) {
      Seed own = seed.split(index);
      Drawn drawn = Drawn.fat(kind, own.random());
      Path image = FilledImage.sparse(directory.resolve("image"), drawn.bytes());
      Proof.check(drawn.make(), image);
      names.clear();
      RandomGenerator random = own.split(1).random();
      for (int step = 0; step < STEPS; step++) {
        step(image, random);
      }
      healthy.look(image, "unmounted", "", own + " " + drawn);
      Files.delete(image);
    }
    healthy.check();
  }

  private void step(Path image, RandomGenerator random) throws IOException {
    if (names.size() < 2) {
      copy(image, random);
      copy(image, random);
    }
    switch (random.nextInt(8)) {
      case 0 -> FatImage.mtools("mdeltree", image, "::" + take(random));
      case 1 -> {
        String name = take(random);
        // A short name stays short: mtools 4 dies of one that becomes long.
        String other = (name.length() < 9 ? "REN" : "A_renamed_directory-") + made++;
        FatImage.mtools("mren", image, "::" + name + " ::" + other);
        names.add(other);
      }
      case 2 -> {
        String name = take(random);
        FatImage.mtools("mmove", image, "::" + name + " ::" + names.getFirst());
      }
      case 3 -> FatImage.mtools("mattrib +r +h +s -a", image, "::" + names.getLast());
      case 4 -> FatImage.mtools("mlabel", image, "::LABEL" + random.nextInt(100));
      case 5 -> {
        String name = "made here " + made++;
        FatImage.mtools("mmd", image, "'::" + names.getFirst() + "/" + name + "'");
      }
      default -> copy(image, random);
    }
  }

  private String take(RandomGenerator random) {
    return names.remove(random.nextInt(names.size()));
  }

  /// A directory with files of all lengths, so that removing and copying leaves chains in pieces.
  private void copy(Path image, RandomGenerator random) throws IOException {
    String name = (random.nextBoolean() ? "DIR" : "A.rather_long-directory") + made++;
    Path from = Files.createDirectory(directory.resolve(name));
    for (int index = random.nextInt(60); index > 0; index--) {
      String file = random.nextBoolean() ? "F" + index : "ein Näme mit Zeichen " + index + ".x.y";
      byte[] content = new byte[random.nextInt(random.nextInt(10) == 0 ? 60_000 : 3_000)];
      Files.write(from.resolve(file), content);
    }
    FatImage.mtools("mcopy -s" + (random.nextBoolean() ? " -m" : ""), image, from.toString());
    names.add(name);
  }
}
