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
  private byte[] stored = new byte[0];

  /// Where a chunk of so many bytes goes.
  private interface Room {
    Slice of(int rawLength) throws IOException;
  }

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
    return read(id, place -> true, length -> Slice.of(new byte[length])).bytes();
  }

  /// As [#read(ChunkId)], into a target that the chunk fills.
  ///
  /// @throws IOException also when it has another length; whatever is thrown, the target then holds
  ///   nothing of use
  public void read(ChunkId id, Slice target) throws IOException, CorruptData {
    read(
        id,
        place -> true,
        length -> {
          if (length != target.length()) {
            throw new IOException(
                "a block has " + length + " bytes in place of " + target.length());
          }
          return target;
        });
  }

  /// Reads the base of a delta, which is never a delta itself.
  public byte[] readBase(ChunkId id) throws IOException, CorruptData {
    return read(
            id,
            place -> place.encoding() != Encoding.ZSTD_DELTA,
            length -> Slice.of(new byte[length]))
        .bytes();
  }

  private Slice read(ChunkId id, Predicate<Location> wanted, Room room)
      throws IOException, CorruptData {
    Set<ObjectId> gone = new LinkedHashSet<>();
    try {
      return readNow(id, wanted, room, gone);
    } catch (IOException e) {
      boolean knowsMore = false;
      for (ObjectId pack : gone) {
        knowsMore |= index.refreshWithout(pack);
      }
      if (!knowsMore) {
        throw e;
      }
      return readNow(id, wanted, room, gone);
    }
  }

  /// Damage to one index segment says nothing of copies that another one lists.
  ///
  /// @param gone gets the packs that are not there
  private Slice readNow(ChunkId id, Predicate<Location> wanted, Room room, Set<ObjectId> gone)
      throws IOException, CorruptData {
    List<Problem.Corrupt> damage = new ArrayList<>();
    @Nullable IOException unknown = null;
    for (Location place : index.find(id, damage::add)) {
      try {
        if (wanted.test(place)) {
          return read(place, room);
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
    return read(location, length -> Slice.of(new byte[length])).bytes();
  }

  private Slice read(Location location, Room room) throws IOException, CorruptData {
    ChunkId base = location.base();
    byte[] basis = base == null ? null : readBase(base);
    Slice raw = room.of(location.place().rawLength());
    decoder.decode(location, readStored(location), basis, raw);
    return raw;
  }

  /// That the pack ends before is no unknown: it was published whole, so it has been cut.
  ///
  /// @return valid until the next call
  private Slice readStored(Location location) throws IOException, CorruptData {
    int length = location.place().storedLength();
    if (stored.length < length) {
      stored = new byte[length];
    }
    try {
      storage.read(
          Packs.name(location.pack()),
          location.place().offset(),
          ByteBuffer.wrap(stored, 0, length));
    } catch (EOFException e) {
      throw BlobDecoder.subject(location)
          .corrupt("stored length", "the end of the pack", Integer.toString(length));
    }
    return Slice.of(stored, 0, length);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
