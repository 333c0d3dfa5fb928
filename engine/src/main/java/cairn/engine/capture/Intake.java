package cairn.engine.backup;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.repository.pack.Blob;
import cairn.repository.pack.PackContent;
import cairn.repository.session.WriteSession;
import cairn.repository.tree.NodeSink;
import cairn.repository.tree.TreeRoot;
import cairn.repository.tree.TreeWriter;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Takes one volume into a session: batches of blocks go through the workers side by side and come
/// out in order, to be packed and put into the tree.
final class VolumeBackup {
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
  private boolean holesWrong;

  VolumeBackup(
      WriteSession session, Workers workers, Progress progress, Cancellation cancellation) {
    this.session = session;
    this.workers = workers;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// The threads' equipment.
  ///
  /// @param idle workers that no thread uses
  record Workers(ConcurrentLinkedQueue<BlockWorker> idle, Supplier<BlockWorker> make, int threads) {
    BlockWorker take() {
      BlockWorker worker = idle.poll();
      return worker == null ? make.get() : worker;
    }
  }

  /// @return the root of the volume's tree; empty when the volume is all zeros
  Optional<TreeRoot> run(ReadPlan.Source source, NodeSink nodes, RandomGenerator chance)
      throws IOException, CorruptData {
    try {
      return run(source, nodes, new ReadPlan(source, true, chance));
    } catch (HoleWithData e) {
      holesWrong = true;
      blocksRead = 0;
      bytesRead = 0;
      session.dropClaims(); // batches that were under way have stored nothing
      return run(source, nodes, new ReadPlan(source, false, chance));
    }
  }

  private Optional<TreeRoot> run(ReadPlan.Source source, NodeSink nodes, ReadPlan plan)
      throws IOException, CorruptData {
    TreeWriter tree = new TreeWriter(nodes, source.blockCount());
    int inFlight = inFlight(source.blockBytes());
    try (Pipeline<Batch> pipeline =
        new Pipeline<>(workers.threads(), inFlight, batch -> store(batch, tree))) {
      plan.visit(source.blockCount(), new Submitter(source, pipeline));
      pipeline.drain();
    }
    return tree.finish();
  }

  /// Four batches for each worker, as far as [#BATCH_BYTES_MAX] allows.
  private int inFlight(int blockBytes) {
    long batchBytes = 2L * Batch.blocks(blockBytes) * blockBytes;
    int most = (int) (BATCH_BYTES_MAX / batchBytes);
    return Math.clamp(most, workers.threads(), workers.threads() * 4);
  }

  private final class Submitter implements ReadPlan.Visitor {
    private final ReadPlan.Source source;
    private final Pipeline<Batch> pipeline;

    Submitter(ReadPlan.Source source, Pipeline<Batch> pipeline) {
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

  private Batch work(ReadPlan.Source source, long firstBlock, int count, boolean hole)
      throws IOException, CorruptData {
    cancellation.check();
    Batch idle = idleBatches.poll();
    Batch batch = idle == null ? newBatch(source) : idle;
    long offset = firstBlock * source.blockBytes();
    long length = Math.min((long) count * source.blockBytes(), source.volume().size() - offset);
    batch.begin(firstBlock, (int) length);
    BlockWorker worker = workers.take();
    try {
      worker.run(batch, source.volume(), source.parent(), offset);
    } finally {
      workers.idle().add(worker);
    }
    if (hole && !batch.isZeros()) {
      throw new HoleWithData();
    }
    return batch;
  }

  private static Batch newBatch(ReadPlan.Source source) {
    long blocks = Math.min(Batch.blocks(source.blockBytes()), source.blockCount());
    return new Batch(source.blockBytes(), (int) blocks);
  }

  private void store(Batch batch, TreeWriter tree) throws IOException, CorruptData {
    for (int slot = 0; slot < batch.count(); slot++) {
      Blob blob = batch.blob(slot);
      if (blob != null) {
        session.append(PackContent.DATA, blob);
        blocksNew++;
      }
      ChunkId id = batch.id(slot);
      if (id != null) {
        tree.add(batch.firstBlock() + slot, id);
      }
    }
    blocksHealed += batch.healedCount();
    blocksRead += batch.count();
    bytesRead += batch.plainBytes();
    progress.advance(batch.plainBytes());
    idleBatches.add(batch);
  }

  long blocksRead() {
    return blocksRead;
  }

  long blocksNew() {
    return blocksNew;
  }

  /// Chunks that the parent names, that the repository had lost, and that are stored again.
  long blocksHealed() {
    return blocksHealed;
  }

  long bytesRead() {
    return bytesRead;
  }

  /// Whether the source called something a hole that was none, so that everything was read.
  boolean holesWrong() {
    return holesWrong;
  }

  /// The source calls a range a hole that holds data.
  private static final class HoleWithData extends IOException {
    private static final long serialVersionUID = 1;
  }
}
