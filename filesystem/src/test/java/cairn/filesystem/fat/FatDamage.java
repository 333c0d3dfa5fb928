package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.MemoryVolume;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Changes the metadata of a FAT in one place: a byte of anything, a whole field of a directory's
/// entry, or a link, in all FATs alike so that only logic can find it.
final class FatDamage {
  private final FatBootSector boot;
  private final List<Integer> directories = new ArrayList<>();
  private final List<Integer> used = new ArrayList<>();

  FatDamage(byte[] image) throws IOException, CorruptData {
    this.boot = FatBootSector.read(Fields.littleEndian(image));
    FatTable table = new FatTable(MemoryVolume.of(image), boot);
    for (int cluster = 2; cluster < boot.clusters() + 2; cluster++) {
      if (table.entry(cluster) != 0) {
        used.add(cluster);
      }
    }
    for (int at = (int) boot.rootOffset(); at < boot.rootOffset() + boot.rootBytes(); at += 32) {
      addEntry(image, at);
    }
    for (int cluster : used) {
      int start = (int) boot.offset(cluster);
      boolean directory = image[start] == '.' && image[start + 33] == '.';
      if (directory || boot.rootCluster() == cluster) {
        for (int at = start; at < start + boot.clusterBytes(); at += 32) {
          addEntry(image, at);
        }
      }
    }
  }

  private void addEntry(byte[] image, int at) {
    if (image[at] != 0) {
      directories.add(at);
    }
  }

  int bits() {
    return boot.entryBits();
  }

  /// @return what was changed
  String apply(byte[] image, RandomGenerator random) {
    byte[] before = image.clone();
    applyAndLog(image, random, 1);
    StringBuilder what = new StringBuilder();
    for (int at = Arrays.mismatch(before, image); at >= 0; ) {
      what.append(at)
          .append(": ")
          .append(before[at] & 0xFF)
          .append(" -> ")
          .append(image[at] & 0xFF)
          .append("; ");
      int next = Arrays.mismatch(before, at + 1, before.length, image, at + 1, image.length);
      at = next < 0 ? -1 : at + 1 + next;
    }
    return what.toString();
  }

  /// @return the places that were written to
  List<int[]> applyAndLog(byte[] image, RandomGenerator random, int times) {
    List<int[]> log = new ArrayList<>();
    for (int time = 0; time < times; time++) {
      switch (random.nextInt(10)) {
        case 0 -> put(image, log, random.nextInt(96), random.nextInt(256));
        case 1 -> put(image, log, random.nextInt((int) boot.fatOffset(0)), random.nextInt(256));
        case 2 -> fatByte(image, log, random);
        case 3, 4, 5 -> link(image, log, random);
        case 6 -> put(image, log, entry(random) + random.nextInt(32), random.nextInt(256));
        default -> field(image, log, random);
      }
    }
    return log;
  }

  private int entry(RandomGenerator random) {
    return directories.get(random.nextInt(directories.size()));
  }

  private void fatByte(byte[] image, List<int[]> log, RandomGenerator random) {
    int length = (int) ((boot.clusters() + 2) * bits() / 8);
    int at = (int) boot.fatOffset(random.nextInt(boot.fats())) + random.nextInt(length);
    put(image, log, at, random.nextInt(256));
  }

  private void link(byte[] image, List<int[]> log, RandomGenerator random) {
    int cluster = used.get(random.nextInt(used.size()));
    long last = (1L << Math.min(28, bits())) - 1;
    long value =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1 -> last;
          case 2 -> last - 8;
          case 3 -> used.get(random.nextInt(used.size()));
          case 4 -> random.nextLong(boot.clusters() + 2);
          default -> random.nextLong(last + 1);
        };
    for (int copy = 0; copy < boot.fats(); copy++) {
      int start = (int) boot.fatOffset(copy);
      if (bits() == 12) {
        int at = start + cluster * 3 / 2;
        int both = Fields.littleEndian(image).u16(at);
        boolean even = cluster % 2 == 0;
        int whole = (both & (even ? 0xF000 : 0xF)) | (int) value << (even ? 0 : 4);
        put(image, log, at, whole);
        put(image, log, at + 1, whole >>> 8);
      } else {
        for (int index = 0; index < bits() / 8; index++) {
          put(image, log, start + cluster * bits() / 8 + index, (int) (value >>> (8 * index)));
        }
      }
    }
  }

  private void field(byte[] image, List<int[]> log, RandomGenerator random) {
    int at = entry(random);
    switch (random.nextInt(5)) {
      case 0 -> put(image, log, at + 11, 1 << random.nextInt(6));
      case 1 -> {
        int cluster = used.get(random.nextInt(used.size()));
        put(image, log, at + 26, cluster);
        put(image, log, at + 27, cluster >>> 8);
      }
      case 2 -> put(image, log, at + 28 + random.nextInt(4), random.nextInt(256));
      case 3 -> {
        int other = entry(random);
        for (int index = 0; index < 32; index++) {
          put(image, log, at + index, image[other + index]);
        }
      }
      default -> put(image, log, at, new int[] {0, 0xE5, '.', 0x41, 1}[random.nextInt(5)]);
    }
  }

  private static void put(byte[] image, List<int[]> log, int at, int value) {
    log.add(new int[] {at});
    image[at] = (byte) value;
  }
}
