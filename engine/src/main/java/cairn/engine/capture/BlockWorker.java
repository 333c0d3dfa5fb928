package cairn.engine.capture;

import cairn.base.block.BlockReader;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.repository.index.Location;
import cairn.repository.read.ChunkReader;
import cairn.repository.session.WriteSession;
import cairn.repository.tree.VolumeTree;
import cairn.repository.write.BlobEncoder;
import cairn.repository.write.BlobEncoder.Base;
import cairn.repository.write.BlobEncoder.Named;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What one thread does with a batch: read, find zeros, digest, look up, encode, prove.
public final class BlockWorker implements AutoCloseable {
  private static final int SHARE_ONE = 1 << 16;

  private final WriteSession session;
  private final BlobEncoder encoder;
  private final ChunkReader bases;
  private final byte[] zeros;
  private int knownShare;

  public BlockWorker(WriteSession session, BlobEncoder encoder, ChunkReader bases, int blockBytes) {
    this.session = session;
    this.encoder = encoder;
    this.bases = bases;
    this.zeros = new byte[blockBytes];
  }

  /// Fills a batch whose range is set.
  ///
  /// @param offset of the batch in the volume, in bytes
  /// @throws SourceFailed when the volume could not be read
  void run(Batch batch, BlockReader volume, VolumeTree parent, long offset)
      throws IOException, CorruptData {
    try {
      volume.read(offset, batch.plain, 0, batch.plainBytes());
    } catch (IOException e) {
      throw new SourceFailed(e);
    }
    @Nullable ChunkId[] before = parentChunks(parent, batch);
    for (int slot = 0; slot < batch.count(); slot++) {
      Slice block = batch.block(slot);
      if (!isZeros(block)) {
        process(batch, slot, before[slot]);
      }
    }
  }

  /// What the parent holds at the same place; nothing where it is too damaged to tell, which costs
  /// time and space but no safety.
  private static @Nullable ChunkId[] parentChunks(VolumeTree parent, Batch batch) {
    long first = Math.min(batch.firstBlock(), parent.blockCount());
    int count = (int) Math.min(batch.count(), parent.blockCount() - first);
    try {
      return Arrays.copyOf(parent.chunks(first, count), batch.count());
    } catch (CorruptData | IOException e) {
      return new ChunkId[batch.count()];
    }
  }

  private boolean isZeros(Slice block) {
    int from = block.offset();
    return Arrays.equals(block.bytes(), from, from + block.length(), zeros, 0, block.length());
  }

  private void process(Batch batch, int slot, @Nullable ChunkId before)
      throws IOException, CorruptData {
    if (before == null && !expectsKnown()) {
      processAsNew(batch, slot);
      return;
    }
    Slice block = batch.block(slot);
    ChunkId id = encoder.digest().of(block.bytes(), block.offset(), block.length());
    boolean known = session.find(id) != null || !session.claim(id);
    if (before == null) {
      learn(known);
    }
    if (known) {
      batch.known(slot, id);
      return;
    }
    if (id.equals(before) && session.isLost(id)) {
      batch.healed();
    }
    batch.encoded(slot, id, encoder.encode(id, block, base(before), batch.room()));
  }

  /// Encodes first, which saves a digest, and is lost work when the chunk is known after all.
  private void processAsNew(Batch batch, int slot) throws IOException, CorruptData {
    Named named = encoder.encodeAndName(batch.block(slot), batch.room());
    boolean known = session.find(named.id()) != null || !session.claim(named.id());
    learn(known);
    if (known) {
      batch.known(slot, named.id());
    } else {
      batch.encoded(slot, named.id(), named.encoded());
    }
  }

  /// Whether of the blocks that the parent tells nothing of, an eighth or more were known lately.
  private boolean expectsKnown() {
    return knownShare > SHARE_ONE / 8;
  }

  private void learn(boolean known) {
    knownShare += ((known ? SHARE_ONE : 0) - knownShare) / 16;
  }

  /// The chunk to store a changed block against: what stood at its place, or what that one is
  /// itself stored against.
  private @Nullable Base base(@Nullable ChunkId before) {
    Location place = before == null ? null : session.find(before);
    if (place != null && place.base() != null) {
      place = session.findPlain(place.base());
    }
    try {
      return place == null
          ? null
          : Base.of(place.id(), bases.read(place), place.place().storedLength());
    } catch (CorruptData | IOException e) {
      return null; // stored by itself then; `check` is there to tell of the damage
    }
  }

  @Override
  public void close() {
    encoder.close();
    bases.close();
  }
}
