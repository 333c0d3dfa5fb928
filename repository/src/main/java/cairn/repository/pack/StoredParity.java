package cairn.repository.pack;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Subject;
import cairn.repository.parity.ParityPlace;
import cairn.repository.parity.ParityTable;
import cairn.repository.parity.ShardSums;
import java.io.IOException;

/// Checks the parity section of a stored pack while somebody reads its blobs. Damage to it costs no
/// chunk, only the means to repair one. Serves one thread at a time.
public final class StoredParity {
  private static final int READ_BYTES_MAX = 4 << 20;

  private final Packs packs;
  private final PackDirectory directory;
  private final ParityPlace place;
  private final ShardSums sums;

  private StoredParity(Packs packs, PackDirectory directory, ParityPlace place, ShardSums sums) {
    this.packs = packs;
    this.directory = directory;
    this.place = place;
    this.sums = sums;
  }

  /// Reads both copies of the table.
  ///
  /// @param directory of a pack that has parity
  /// @throws CorruptData when either copy is damaged
  public static StoredParity open(Packs packs, PackDirectory directory)
      throws CorruptData, IOException {
    ObjectId pack = directory.pack();
    int section = ParityPlace.sectionOffset(directory.blobsEnd());
    byte[] page = packs.readAt(pack, section, ParityTable.PAGE_BYTES);
    ParityPlace place = PackParity.place(packs, directory, page);
    ParityTable table = readTable(packs, place, 0);
    boolean same = readTable(packs, place, 1).equals(table);
    ParityPlace.subject(pack).check(same, "copies of the table", "different", "equal");
    StoredParity parity = new StoredParity(packs, directory, place, new ShardSums(table));
    parity.add(packs.readAt(pack, 0, PackDirectory.HEAD_BYTES));
    return parity;
  }

  private static ParityTable readTable(Packs packs, ParityPlace place, int copy)
      throws CorruptData, IOException {
    byte[] bytes = packs.readAt(place.pack(), place.tableOffset(copy), place.shape().tableBytes());
    return ParityTable.read(place.pack(), bytes, packs.repository());
  }

  /// Takes in stored blobs; all of them, in order.
  public void add(byte[] bytes, int from, int length) {
    sums.add(bytes, from, length);
  }

  private void add(byte[] bytes) {
    sums.add(bytes, 0, bytes.length);
  }

  /// After the last blob: reads the rest of the pack.
  ///
  /// @param blobsGood whether all blobs were good
  public void check(boolean blobsGood) throws CorruptData, IOException {
    checkPadding();
    int tailBytes = directory.length() + PackDirectory.FOOTER_BYTES;
    add(packs.readAt(place.pack(), place.tailOffset(), tailBytes));
    sums.endData();
    int end = place.tableOffset(1);
    for (int at = place.shardsOffset(); at < end; at += READ_BYTES_MAX) {
      add(packs.readAt(place.pack(), at, Math.min(READ_BYTES_MAX, end - at)));
    }
    sums.check(blobsGood);
  }

  private void checkPadding() throws CorruptData, IOException {
    Subject subject = ParityPlace.subject(place.pack());
    int from = place.blobsEnd();
    byte[] padding = packs.readAt(place.pack(), from, place.sectionOffset() - from);
    subject.checkZeros(padding, 0, padding.length, "padding");
  }
}
