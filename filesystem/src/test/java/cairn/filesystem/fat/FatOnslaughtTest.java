package cairn.filesystem.fat;

import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Onslaught;
import cairn.filesystem.test.Onslaught.Target;
import cairn.filesystem.test.Places;
import cairn.filesystem.test.Proof;
import cairn.filesystem.test.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small images. More than a build wants: `-Donslaught=10000000`.
final class FatOnslaughtTest {
  private static final List<String> COMMANDS =
      List.of(
          "mkfs.fat -F 12 -s 1 -r 64",
          "mkfs.fat -F 16 -s 1 -r 64 -f 1",
          "mkfs.fat -F 32 -s 1 -f 1");

  private static final int[] KIBIBYTES = {512, 4096, 36 << 10};

  /// With next to nothing but boot sector and directories: those of FAT12 and FAT16, of which there
  /// are such.
  private static final int[] FEW_KIBIBYTES = {128, 2200};

  /// Most of a FAT says that something is free.
  private static final int EARLY_BYTES = 256;

  @TempDir private Path directory;

  @Test
  void nothingEndsACheckOrAReader(Seed seed) throws Exception {
    new Onslaught("fat", makers(KIBIBYTES, seed), seed).run();
  }

  @Test
  void nothingEndsThatOfATinyOne(Seed seed) throws Exception {
    new Onslaught("fat-tiny", makers(FEW_KIBIBYTES, seed), seed).run();
  }

  private List<Onslaught.Maker> makers(int[] kibibytes, Seed seed) throws Exception {
    Path files = Files.createDirectories(directory.resolve("files"));
    for (int index = 0; index < 12; index++) {
      Path folder = Files.createDirectories(files.resolve("folder " + index % 3 + "/DEEP"));
      Files.write(folder.resolve("F" + index), seed.bytes(index * 300));
      Files.write(folder.resolve("a long name of a file, number " + index), seed.bytes(index));
    }
    List<Onslaught.Maker> makers = new ArrayList<>();
    for (String command : COMMANDS.subList(0, kibibytes.length)) {
      long bytes = (long) kibibytes[makers.size()] << 10;
      Path path = FilledImage.sparse(directory.resolve("image" + makers.size()), bytes);
      Proof.check(command, path);
      FatImage.mtools("mcopy -s", path, files.toString());
      byte[] image = Files.readAllBytes(path);
      makers.add(() -> target(image.clone()));
    }
    return makers;
  }

  private static Target target(byte[] image) throws IOException, CorruptData {
    Places places = new Places(MemoryVolume.of(image));
    Verdict.of(FatFileSystem.open(places));
    List<int[]> undo = new ArrayList<>();
    return random -> {
      undo.reversed().forEach(each -> image[each[0]] = (byte) each[1]);
      undo.clear();
      for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
        int at = place(places.list(), random);
        undo.add(new int[] {at, image[at]});
        boolean any = random.nextBoolean();
        image[at] = (byte) (any ? random.nextInt() : image[at] ^ 1 << random.nextInt(8));
      }
      return MemoryVolume.of(image);
    };
  }

  private static int place(List<Extent> places, RandomGenerator random) {
    Extent place = places.get(random.nextInt(places.size()));
    long within = random.nextInt(4) == 0 ? place.length() : Math.min(place.length(), EARLY_BYTES);
    return (int) (place.offset() + random.nextLong(within));
  }
}
