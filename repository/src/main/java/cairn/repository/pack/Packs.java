package cairn.repository.pack;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.repository.crypto.Protection;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The packs of a storage: their names, and reading their directories.
///
/// @param repository the id every pack must carry
/// @param parityPercent what new packs get of parity; readers see it from each pack
public record Packs(
    Storage storage, ObjectId repository, Protection protection, int parityPercent) {
  public static final String PREFIX = "packs";

  /// Read along with the footer, in the hope that the directory is within: 64 KiB holds 1,300
  /// entries.
  private static final int TAIL_BYTES = 64 * 1024;

  /// New packs get no parity.
  public Packs(Storage storage, ObjectId repository, Protection protection) {
    this(storage, repository, protection, 0);
  }

  /// `packs/<first two digits>/<pack id>`.
  public static String name(ObjectId pack) {
    String hex = pack.toString();
    return PREFIX + "/" + hex.substring(0, 2) + "/" + hex;
  }

  /// Reads and checks the directory of a pack.
  ///
  /// @param packBytes its size by the listing
  /// @throws CorruptData when it is damaged
  /// @throws IOException when it could not be read
  public PackDirectory directory(ObjectId pack, long packBytes) throws IOException, CorruptData {
    long smallest = PackDirectory.HEAD_BYTES + (long) PackDirectory.FOOTER_BYTES;
    PackDirectory.subject(pack).check(packBytes >= smallest, "size", packBytes, ">= " + smallest);
    byte[] head = readAt(pack, 0, PackDirectory.HEAD_BYTES);
    byte[] tail = readTail(pack, packBytes, TAIL_BYTES);
    PackDirectory.Footer footer = PackDirectory.Footer.read(tail, PackDirectory.subject(pack));
    long wanted = (long) footer.directoryBytes() + PackDirectory.FOOTER_BYTES;
    if (wanted > tail.length) {
      PackDirectory.subject(pack).check(wanted <= packBytes, "directory length", wanted, packBytes);
      tail = readTail(pack, packBytes, wanted);
    }
    return PackDirectory.read(pack, head, tail, context(packBytes));
  }

  PackDirectory.Context context(long packBytes) {
    return new PackDirectory.Context(repository, protection, packBytes);
  }

  private byte[] readTail(ObjectId pack, long packBytes, long wanted) throws IOException {
    int length = (int) Math.min(packBytes, wanted);
    return readAt(pack, packBytes - length, length);
  }

  byte[] readAt(ObjectId pack, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    storage.read(name(pack), offset, ByteBuffer.wrap(bytes));
    return bytes;
  }
}
