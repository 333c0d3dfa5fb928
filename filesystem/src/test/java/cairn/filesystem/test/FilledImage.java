package cairn.filesystem.test;

import cairn.base.test.Seed;
import cairn.filesystem.Moments;
import cairn.filesystem.UsedRanges;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// An image file with a file system in which files came and went, and what is to be found in it.
///
/// @param path of the image
/// @param files the checksum of each
/// @param realBytes in use, as the kernel counts them
public record FilledImage(Path path, Map<String, Long> files, long realBytes) {
  private static final byte POISON = (byte) 0xA5;

  /// What is told of an image, sorted and joined.
  public record Told(UsedRanges ranges, List<long[]> used, long bytes) {}

  /// An image of zeros that takes no space.
  public static Path sparse(Path path, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(bytes);
    }
    return path;
  }

  /// @param command makes the file system; the path is added to it
  public static FilledImage make(Path path, long bytes, String command, Seed seed)
      throws IOException {
    sparse(path, bytes);
    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
    words.add(path.toString());
    Command.run(words.toArray(String[]::new));
    try (MountPoint mount = MountPoint.of(path, "rw")) {
      Workload.run(mount.directory(), bytes / 5, seed);
    }
    return look(path);
  }

  /// Mounts an image read-only to see what is in it.
  public static FilledImage look(Path path) throws IOException {
    try (MountPoint mount = MountPoint.of(path, "ro")) {
      long free = Files.getFileStore(mount.directory()).getUnallocatedSpace();
      return new FilledImage(path, Workload.checksums(mount.directory()), Files.size(path) - free);
    }
  }

  /// What is told in use of the image, at rest unless said otherwise.
  public static Told told(Path path, Moments moments) throws IOException {
    List<long[]> ranges = new ArrayList<>();
    try (ImageFile volume = new ImageFile(path)) {
      UsedRanges used =
          UsedRanges.visit(
              volume,
              moments,
              (offset, length) -> ranges.add(new long[] {offset, offset + length}));
      List<long[]> joined = join(ranges);
      return new Told(used, joined, joined.stream().mapToLong(range -> range[1] - range[0]).sum());
    }
  }

  /// A copy in which every byte that is not told in use is overwritten.
  public static Path poisoned(Path path, Told told) throws IOException {
    Path copy = path.resolveSibling(path.getFileName() + ".poisoned");
    Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
    byte[] poison = new byte[1 << 20];
    Arrays.fill(poison, POISON);
    try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      long at = 0;
      for (long[] range : told.used()) {
        fill(channel, poison, at, range[0]);
        at = range[1];
      }
      fill(channel, poison, at, Files.size(path));
    }
    return copy;
  }

  private static void fill(FileChannel channel, byte[] poison, long from, long to)
      throws IOException {
    long at = from;
    while (at < to) {
      int length = (int) Math.min(poison.length, to - at);
      at += channel.write(ByteBuffer.wrap(poison, 0, length), at);
    }
  }

  private static List<long[]> join(List<long[]> ranges) {
    List<long[]> joined = new ArrayList<>();
    ranges.sort(Comparator.comparingLong(range -> range[0]));
    for (long[] range : ranges) {
      if (!joined.isEmpty() && range[0] <= joined.getLast()[1]) {
        joined.getLast()[1] = Math.max(joined.getLast()[1], range[1]);
      } else {
        joined.add(range.clone());
      }
    }
    return joined;
  }
}
