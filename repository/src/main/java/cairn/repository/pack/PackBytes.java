package cairn.repository.pack;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.ObjectId;
import cairn.repository.parity.Parity;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// A whole pack in memory, which may be damaged.
final class PackBytes {
  private final Packs packs;
  private final ObjectId pack;
  private final byte[] bytes;
  private final int size;

  /// @param bytes not copied; may be longer than `size`
  PackBytes(Packs packs, ObjectId pack, byte[] bytes, int size) {
    this.packs = packs;
    this.pack = pack;
    this.bytes = bytes;
    this.size = size;
  }

  /// Reads and checks the directory as any reader does.
  PackDirectory directory() throws CorruptData, IOException {
    int least = PackDirectory.HEAD_BYTES + PackDirectory.FOOTER_BYTES;
    PackDirectory.subject(pack).check(size >= least, "size", size, ">= " + least);
    byte[] footer = Arrays.copyOfRange(bytes, size - PackDirectory.FOOTER_BYTES, size);
    int directoryBytes =
        PackDirectory.Footer.read(footer, PackDirectory.subject(pack)).directoryBytes();
    int tailBytes = Math.min(size, directoryBytes + PackDirectory.FOOTER_BYTES);
    byte[] head = Arrays.copyOf(bytes, PackDirectory.HEAD_BYTES);
    byte[] tail = Arrays.copyOfRange(bytes, size - tailBytes, size);
    return PackDirectory.read(pack, head, tail, packs.context(size));
  }

  int crc(BlobEntry entry) {
    return Crc32c.of(bytes, entry.place().offset(), entry.place().storedLength());
  }

  /// The blobs whose stored bytes are not those that were written.
  List<BlobEntry> damaged(PackDirectory directory) {
    return directory.entries().stream().filter(entry -> crc(entry) != entry.crc()).toList();
  }

  /// Checks the parity section, if there is one. Directory and blobs are good.
  void checkParity(PackDirectory directory) throws CorruptData, IOException {
    if (directory.parityBytes() > 0) {
      int from = ParityPlace.sectionOffset(directory.blobsEnd());
      byte[] page = Arrays.copyOfRange(bytes, from, from + ParityTable.PAGE_BYTES);
      Parity.check(PackParity.place(packs, directory, page), bytes);
    }
  }
}
