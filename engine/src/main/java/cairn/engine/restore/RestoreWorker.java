package cairn.engine.restore;

import cairn.base.block.BlockSink;
import cairn.base.block.FrameSink;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.base.bytes.Subject;
import cairn.engine.Damage;
import cairn.engine.restore.ReadRun.Placement;
import cairn.repository.chunk.Encoding;
import cairn.repository.index.Location;
import cairn.repository.pack.Blob;
import cairn.repository.pack.Packs;
import cairn.repository.read.BlobDecoder;
import cairn.repository.read.ChunkReader;
import cairn.repository.snapshot.VolumeImage;
import cairn.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one thread does with a run: read it at once, decode each blob, write each block where it
/// belongs. What cannot be decoded is tried once more from wherever else it may lie.
final class RestoreWorker implements AutoCloseable {
  private final Storage storage;
  private final BlobDecoder decoder;
  private final ChunkReader single;
  private final Damage damage;
  private final Gather gather;
  private final Optional<FrameSink> frames;
  private byte[] stored = new byte[0];

  RestoreWorker(Storage storage, Readers readers, Damage damage, BlockSink sink) {
    this.storage = storage;
    this.decoder = readers.decoder();
    this.single = readers.single();
    this.damage = damage;
    this.gather = new Gather(sink);
    this.frames = sink instanceof FrameSink taking ? Optional.of(taking) : Optional.empty();
  }

  /// What a worker reads with, and closes.
  record Readers(BlobDecoder decoder, ChunkReader single) {}

  /// @return the bytes written
  long run(ReadRun run, VolumeImage volume) throws IOException {
    boolean read = readAtOnce(run);
    long framed = 0;
    for (Placement placement : run.placements()) {
      if (hasLength(placement, volume)) {
        int length = volume.blockLength(placement.block());
        long offset = placement.block() * volume.blockBytes();
        Slice room = gather.room(offset, length);
        Optional<Blob> blob = read ? decode(run, placement.location(), room) : Optional.empty();
        if (blob.isPresent() && takesFrame(blob.get())) {
          frames.orElseThrow().writeFrame(offset, length, blob.get().encoded());
          framed += length;
        } else if (blob.isPresent() || readAlone(placement, volume, room)) {
          gather.add(length);
        }
      }
    }
    gather.flush();
    return gather.takeWritten() + framed;
  }

  private boolean takesFrame(Blob blob) {
    return frames.isPresent()
        && blob.encoding() == Encoding.ZSTD
        && frames.get().takes(blob.rawLength(), blob.encoded().length());
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

  private Optional<Blob> decode(ReadRun run, Location location, Slice room) {
    int from = location.place().offset() - run.offset();
    try {
      ChunkId base = location.base();
      byte @Nullable [] basis = base == null ? null : single.readBase(base);
      Slice blob = Slice.of(stored, from, location.place().storedLength());
      return Optional.of(decoder.reopen(location, blob, basis, room));
    } catch (CorruptData | IOException e) {
      return Optional.empty(); // likewise
    }
  }

  private boolean readAlone(Placement placement, VolumeImage volume, Slice room) {
    ChunkId id = placement.location().id();
    try {
      byte[] content = single.read(id);
      int expect = room.length();
      BlobDecoder.subject(placement.location()).checkEqual(content.length, expect, "raw length");
      System.arraycopy(content, 0, room.bytes(), room.offset(), room.length());
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

  @Override
  public void close() {
    decoder.close();
    single.close();
  }
}
