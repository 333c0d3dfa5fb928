package cairn.engine.repair;

import cairn.base.bytes.ObjectId;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.storage.ObjectMissing;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads a pack as far as it can be read: a disk that fails at one sector gives the others.
final class PackReading {
  private static final int PIECE_BYTES = 4 << 20;

  /// The smallest piece that a disk fails to read.
  private static final int SECTOR_BYTES = 4 << 10;

  private final Storage storage;
  private final String name;
  private final byte[] bytes;
  private long unreadableBytes;

  private PackReading(Storage storage, String name, byte[] bytes) {
    this.storage = storage;
    this.name = name;
    this.bytes = bytes;
  }

  /// @throws ObjectMissing when the pack is not there
  /// @throws IOException when it is too large for any pack
  static PackReading of(Storage storage, ObjectId pack) throws IOException {
    String name = Packs.name(pack);
    long size = storage.stat(name).size();
    if (size > PackDirectory.PACK_BYTES_MAX) {
      throw new IOException(size + " bytes are more than any pack has");
    }
    PackReading reading = new PackReading(storage, name, new byte[(int) size]);
    reading.run();
    return reading;
  }

  private void run() throws IOException {
    for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
      int end = Math.min(bytes.length, from + PIECE_BYTES);
      if (!read(from, end)) {
        readSectors(from, end);
      }
    }
  }

  private void readSectors(int from, int end) throws ObjectMissing {
    for (int at = from; at < end; at += SECTOR_BYTES) {
      int sectorEnd = Math.min(end, at + SECTOR_BYTES);
      if (!read(at, sectorEnd)) {
        unreadableBytes += sectorEnd - at;
      }
    }
  }

  private boolean read(int from, int end) throws ObjectMissing {
    byte[] piece = new byte[end - from];
    try {
      storage.read(name, from, ByteBuffer.wrap(piece));
    } catch (ObjectMissing e) {
      throw e;
    } catch (IOException e) {
      return false;
    }
    System.arraycopy(piece, 0, bytes, from, piece.length);
    return true;
  }

  /// With zeros for what could not be read.
  byte[] bytes() {
    return bytes;
  }

  long unreadableBytes() {
    return unreadableBytes;
  }
}
