package cairn.cli;

import cairn.base.test.Seed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Disk images for tests.
final class Images {
  static final int BLOCK = 128 << 10;

  private Images() {}

  /// An image of 40 blocks and a bit, the first half of them random, the others zeros.
  static Path make(Path file, Seed seed) throws IOException {
    Files.write(file, seed.bytes(20 * BLOCK));
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.setLength(40 * BLOCK + 12_345);
    }
    return file;
  }

  static void write(Path file, long offset, byte[] bytes) throws IOException {
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.seek(offset);
      image.write(bytes);
    }
  }

  /// Turns one bit of a file over.
  static void flip(Path file, long offset) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int before = bytes.read();
      bytes.seek(offset);
      bytes.write(before ^ 0x10);
    }
  }

  /// Changes every bit of so many bytes.
  static void flip(Path image, int offset, int count) throws IOException {
    byte[] bytes = Arrays.copyOfRange(Files.readAllBytes(image), offset, offset + count);
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) ~bytes[i];
    }
    write(image, offset, bytes);
  }
}
