package cairn.repository.read;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Slice;
import cairn.repository.chunk.Encoding;
import cairn.repository.crypto.Protection;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.pack.Packs;
import cairn.storage.ObjectMissing;
import cairn.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads single chunks. Serves one thread at a time.
public final class ChunkReader implements AutoCloseable {
  private final Storage storage;
  private final Index index;
  private final BlobDecoder decoder;

  public ChunkReader(Storage storage, Index index, Protection protection) {
    this.storage = storage;
    this.index = index;
    this.decoder = new BlobDecoder(protection);
  }

  /// Reads a chunk from wherever it lies undamaged.
  ///
  /// @throws CorruptData when every copy that could be read is damaged
  /// @throws ChunkMissing when the index knows no copy
  /// @throws IOException when a copy could not be read and no other is good
  public byte[] read(ChunkId id) throws IOException, CorruptData {
    return read(id, place -> true);
  }

  /// Reads the base of a delta, which is never a delta itself.
  public byte[] readBase(ChunkId id) throws IOException, CorruptData {
    return read(id, place -> place.encoding() != Encoding.ZSTD_DELTA);
  }

  private byte[] read(ChunkId id, Predicate<Location> wanted) throws IOException, CorruptData {
    Set<ObjectId> gone = new LinkedHashSet<>();
    try {
      return readNow(id, wanted, gone);
    } catch (IOException e) {
      boolean knowsMore = false;
      for (ObjectId pack : gone) {
        knowsMore |= index.refreshWithout(pack);
      }
      if (!knowsMore) {
        throw e;
      }
      return readNow(id, wanted, gone);
    }
  }

  /// Damage to one index segment says nothing of copies that another one lists.
  ///
  /// @param gone gets the packs that are not there
  private byte[] readNow(ChunkId id, Predicate<Location> wanted, Set<ObjectId> gone)
      throws IOException, CorruptData {
    List<Problem.Corrupt> damage = new ArrayList<>();
    @Nullable IOException unknown = null;
    for (Location place : index.find(id, damage::add)) {
      try {
        if (wanted.test(place)) {
          return read(place);
        }
      } catch (CorruptData e) {
        damage.add(e.problem());
      } catch (ObjectMissing e) {
        gone.add(place.pack());
        unknown = e;
      } catch (IOException e) {
        unknown = e;
      }
    }
    if (unknown != null) {
      throw unknown;
    }
    if (!damage.isEmpty()) {
      throw new CorruptData(damage.getLast());
    }
    throw new ChunkMissing(id);
  }

  /// Reads the copy of a chunk at one place.
  public byte[] read(Location location) throws IOException, CorruptData {
    ChunkId base = location.base();
    byte[] basis = base == null ? null : readBase(base);
    byte[] stored = readStored(location);
    byte[] raw = new byte[location.place().rawLength()];
    decoder.decode(location, Slice.of(stored), basis, Slice.of(raw));
    return raw;
  }

  /// That the pack ends before is no unknown: it was published whole, so it has been cut.
  private byte[] readStored(Location location) throws IOException, CorruptData {
    byte[] stored = new byte[location.place().storedLength()];
    try {
      storage.read(Packs.name(location.pack()), location.place().offset(), ByteBuffer.wrap(stored));
    } catch (EOFException e) {
      throw BlobDecoder.subject(location)
          .corrupt("stored length", "the end of the pack", Integer.toString(stored.length));
    }
    return stored;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
