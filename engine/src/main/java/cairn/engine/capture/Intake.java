package cairn.engine.capture;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackContent;
import cairn.repository.session.WriteSession;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Takes blocks into a session: batches go through the workers side by side, chunks that are new
/// are stored, and what each block holds comes out in the order that blocks were asked for. Used by
/// one thread.
public final class Intake implements AutoCloseable {
  private static final long BATCH_BYTES_MAX = 64 << 20;

  private final WriteSession session;
  private final Workers workers;
  private final Progress progress;
  private final Cancellation cancellation;
  private final ConcurrentLinkedQueue<Batch> idleBatches = new ConcurrentLinkedQueue<>();
  private long blocksRead;
  private long blocksNew;
  private long blocksHealed;
  private long bytesRead;

  public Intake(
      WriteSession session, Workers workers, Progress progress, Cancellation cancellation) {
    this.session = session;
    this.workers = workers;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// The threads and their equipment, which is made when a thread has none yet.
  public static final class Workers {
    private final ConcurrentLinkedQueue<BlockWorker> idle = new ConcurrentLinkedQueue<>();
    private final Supplier<BlockWorker> make;
    private final int threads;

    public Workers(Supplier<BlockWorker> make, int threads) {
      this.make = make;
      this.threads = threads;
    }

    private BlockWorker take() {
      BlockWorker worker = idle.poll();
      return worker == null ? make.get() : worker;
    }
  }

  /// Which blocks to read.
  interface Blocks {
    void visit(Visitor visitor) throws IOException, CorruptData;
  }

  /// Takes runs of neighbouring blocks.
  interface Visitor {
    /// @param count at most [Batch#blocks]
    /// @param hole whether the source says that these blocks are a hole
    void read(long firstBlock, int count, boolean hole) throws IOException, CorruptData;

    /// Bytes that are not going to be read.
    void skip(long bytes);
  }

  /// Takes what blocks hold.
  interface Taker {
    /// @param chunk null when the block is all zeros
    void take(long block, @Nullable ChunkId chunk) throws IOException, CorruptData;
  }

  /// @throws HoleWithData when the source calls a range a hole that holds data
  void run(Source source, Blocks blocks, Taker taker) throws IOException, CorruptData {
    try (Pipeline<Batch> pipeline =
        new Pipeline<>(
            workers.threads, inFlight(source.blockBytes()), batch -> store(batch, taker))) {
      blocks.visit(new Submitter(source, pipeline));
      pipeline.drain();
    }
  }

  /// Forgets what was read, because it is read again.
  void startAgain() {
    blocksRead = 0;
    bytesRead = 0;
    session.dropClaims(); // batches that were under way have stored nothing
  }

  /// Four batches for each worker, as far as [#BATCH_BYTES_MAX] allows.
  private int inFlight(int blockBytes) {
    long batchBytes = 2L * Batch.blocks(blockBytes) * blockBytes;
    int most = (int) (BATCH_BYTES_MAX / batchBytes);
    return Math.clamp(most, workers.threads, workers.threads * 4);
  }

  private final class Submitter implements Visitor {
    private final Source source;
    private final Pipeline<Batch> pipeline;

    Submitter(Source source, Pipeline<Batch> pipeline) {
      this.source = source;
      this.pipeline = pipeline;
    }

    @Override
    public void read(long firstBlock, int count, boolean hole) throws IOException, CorruptData {
      cancellation.check();
      pipeline.submit(() -> work(source, firstBlock, count, hole));
    }

    @Override
    public void skip(long bytes) {
      progress.advance(bytes);
    }
  }

  private Batch work(Source source, long firstBlock, int count, boolean hole)
      throws IOException, CorruptData {
    cancellation.check();
    Batch idle = idleBatches.poll();
    Batch batch = idle == null || idle.blocksMax() < count ? newBatch(source) : idle;
    long offset = firstBlock * source.blockBytes();
    long length = Math.min((long) count * source.blockBytes(), source.volume().size() - offset);
    batch.begin(firstBlock, (int) length);
    BlockWorker worker = workers.take();
    try {
      worker.run(batch, source.volume(), source.parent(), offset);
    } finally {
      workers.idle.add(worker);
    }
    if (hole && !batch.isZeros()) {
      throw new HoleWithData();
    }
    return batch;
  }

  private static Batch newBatch(Source source) {
    long blocks = Math.min(Batch.blocks(source.blockBytes()), source.blockCount());
    return new Batch(source.blockBytes(), (int) blocks);
  }

  private void store(Batch batch, Taker taker) throws IOException, CorruptData {
    for (int slot = 0; slot < batch.count(); slot++) {
      Blob blob = batch.blob(slot);
      if (blob != null) {
        session.append(PackContent.DATA, blob);
        blocksNew++;
      }
      taker.take(batch.firstBlock() + slot, batch.id(slot));
    }
    blocksHealed += batch.healedCount();
    blocksRead += batch.count();
    bytesRead += batch.plainBytes();
    progress.advance(batch.plainBytes());
    idleBatches.add(batch);
  }

  public long blocksRead() {
    return blocksRead;
  }

  public long blocksNew() {
    return blocksNew;
  }

  /// Chunks that the parent names, that the repository had lost, and that are stored again.
  public long blocksHealed() {
    return blocksHealed;
  }

  public long bytesRead() {
    return bytesRead;
  }

  @Override
  public void close() {
    workers.idle.forEach(BlockWorker::close);
  }

  /// The source calls a range a hole that holds data.
  static final class HoleWithData extends IOException {
    private static final long serialVersionUID = 1;
  }
}
