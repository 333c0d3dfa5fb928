package cairn.engine.collect;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Slice;
import cairn.engine.BlobReopener;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.repository.Repository;
import cairn.repository.index.Location;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.read.BlobDecoder;
import cairn.repository.session.WriteSession;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Copies what is live out of packs, into a session that does not know these packs. Every blob is
/// decoded and its id recomputed on the way; what is appended is what was read, in its encoding.
final class Repack implements AutoCloseable {
  private final Repository repository;
  private final Reach reach;
  private final WriteSession session;
  private final Progress progress;
  private final Cancellation cancellation;
  private final BlobReopener blobs;
  private long bytesCopied;

  Repack(
      Repository repository,
      Reach reach,
      WriteSession session,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.reach = reach;
    this.session = session;
    this.progress = progress;
    this.cancellation = cancellation;
    this.blobs = new BlobReopener(repository.protection(), reach.view().newReader());
  }

  /// Copies out of these packs: first what stands by itself, which serves every purpose, then
  /// deltas of which there is nothing better.
  ///
  /// @param packs and their sizes
  /// @throws CorruptData when a blob that is needed is damaged
  void run(Map<ObjectId, Long> packs) throws IOException, CorruptData {
    progress.begin("repacking", packs.values().stream().mapToLong(Long::longValue).sum());
    Map<ObjectId, Long> withDeltas = new LinkedHashMap<>();
    for (Map.Entry<ObjectId, Long> pack : packs.entrySet()) {
      if (copy(pack, entry -> entry.base() == null)) {
        withDeltas.put(pack.getKey(), pack.getValue());
      }
      progress.advance(pack.getValue());
    }
    for (Map.Entry<ObjectId, Long> pack : withDeltas.entrySet()) {
      copy(pack, entry -> entry.base() != null);
    }
  }

  /// @return whether there are others than those wanted
  private boolean copy(Map.Entry<ObjectId, Long> pack, Predicate<BlobEntry> wanted)
      throws IOException, CorruptData {
    cancellation.check();
    try {
      PackDirectory directory = repository.packs().directory(pack.getKey(), pack.getValue());
      copy(directory, wanted);
      return !directory.entries().stream().allMatch(wanted);
    } catch (ObjectMissing e) {
      return false; // another collector was faster
    }
  }

  private void copy(PackDirectory directory, Predicate<BlobEntry> wanted)
      throws IOException, CorruptData {
    for (BlobEntry entry : directory.entries()) {
      if (wanted.test(entry)
          && reach.isLive(entry.id())
          && !isElsewhere(entry)
          && session.claim(entry.id())) {
        copy(Location.of(directory.pack(), directory.content(), entry), entry);
      }
    }
  }

  /// A copy that stands by itself may be the base of deltas, which another delta cannot be. The
  /// base of a delta is live as well, and copied with the others if it has to be.
  private boolean isElsewhere(BlobEntry entry) {
    return entry.base() == null
        ? session.findPlain(entry.id()) != null
        : session.hasCopy(entry.id());
  }

  private void copy(Location from, BlobEntry entry) throws IOException, CorruptData {
    byte[] stored = new byte[from.place().storedLength()];
    repository
        .storage()
        .read(Packs.name(from.pack()), from.place().offset(), ByteBuffer.wrap(stored));
    BlobDecoder.subject(from).checkEqual(Crc32c.of(stored, 0, stored.length), entry.crc(), "crc");
    session.append(from.content(), blobs.reopen(from, Slice.of(stored)));
    bytesCopied += stored.length;
  }

  long bytesCopied() {
    return bytesCopied;
  }

  @Override
  public void close() {
    blobs.close();
  }
}
