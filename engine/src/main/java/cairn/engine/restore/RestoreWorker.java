package cairn.engine.restore;

import cairn.base.block.BlockSink;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.engine.Damage;
import cairn.engine.restore.ReadRun.Placement;
import cairn.repository.index.Location;
import cairn.repository.pack.Packs;
import cairn.repository.read.BlobDecoder;
import cairn.repository.read.ChunkReader;
import cairn.repository.snapshot.VolumeImage;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What one thread does with a run: read it at once, decode each blob, write each block where it
/// belongs. What cannot be decoded is tried once more from wherever else it may lie.
final class RestoreWorker implements AutoCloseable {
  private final Storage storage;
  private final BlobDecoder decoder;
  private final ChunkReader single;
  private final Damage damage;
  private byte[] stored = new byte[0];
  private byte[] raw = new byte[0];

  RestoreWorker(Storage storage, BlobDecoder decoder, ChunkReader single, Damage damage) {
    this.storage = storage;
    this.decoder = decoder;
    this.single = single;
    this.damage = damage;
  }

  /// @return the bytes written
  long run(ReadRun run, VolumeImage volume, BlockSink sink) throws IOException {
    boolean read = readAtOnce(run);
    long written = 0;
    @Nullable ChunkId decoded = null;
    for (Placement placement : run.placements()) {
      Location location = placement.location();
      boolean good =
          location.id().equals(decoded)
              || (read && decode(run, location))
              || readAlone(placement, volume);
      decoded = good ? location.id() : null;
      if (good && hasLength(placement, volume)) {
        int length = volume.blockLength(placement.block());
        sink.write(placement.block() * volume.blockBytes(), raw, 0, length);
        written += length;
      }
    }
    return written;
  }

  private boolean readAtOnce(ReadRun run) {
    if (stored.length < run.length()) {
      stored = new byte[run.length()];
    }
    try {
      storage.read(
          Packs.name(run.first().pack()), run.offset(), ByteBuffer.wrap(stored, 0, run.length()));
      return true;
    } catch (IOException e) {
      return false; // each blob is read by itself, and told of if that fails too
    }
  }

  private boolean decode(ReadRun run, Location location) {
    reserve(location.place().rawLength());
    int from = location.place().offset() - run.offset();
    try {
      ChunkId base = location.base();
      byte @Nullable [] basis = base == null ? null : single.readBase(base);
      Slice blob = Slice.of(stored, from, location.place().storedLength());
      decoder.decode(location, blob, basis, Slice.of(raw));
      return true;
    } catch (CorruptData | IOException e) {
      return false; // likewise
    }
  }

  private boolean readAlone(Placement placement, VolumeImage volume) {
    ChunkId id = placement.location().id();
    try {
      byte[] content = single.read(id);
      reserve(content.length);
      System.arraycopy(content, 0, raw, 0, content.length);
      return true;
    } catch (CorruptData e) {
      damage.corrupt(e, placement.block(), 1, volume);
    } catch (IOException e) {
      damage.unknown(id, e, placement.block(), volume);
    }
    return false;
  }

  private boolean hasLength(Placement placement, VolumeImage volume) {
    int have = placement.location().place().rawLength();
    int expect = volume.blockLength(placement.block());
    if (have != expect) {
      Subject subject = BlobDecoder.subject(placement.location());
      CorruptData wrong =
          subject.corrupt("raw length", String.valueOf(have), String.valueOf(expect));
      damage.corrupt(wrong, placement.block(), 1, volume);
    }
    return have == expect;
  }

  private void reserve(int length) {
    if (raw.length < length) {
      raw = new byte[length];
    }
  }

  @Override
  public void close() {
    decoder.close();
    single.close();
  }
}
