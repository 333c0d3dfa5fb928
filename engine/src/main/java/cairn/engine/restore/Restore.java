package cairn.engine.restore;

import cairn.base.block.BlockSink;
import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Damage;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.restore.ReadRun.Placement;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.read.BlobDecoder;
import cairn.repository.read.ChunkMissing;
import cairn.repository.read.NodeUnreadable;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.Item;
import cairn.repository.tree.Node;
import cairn.repository.tree.Shape;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// Writes a volume of a snapshot to a target: in windows of bounded size, within each in the order
/// in which chunks lie in packs. Damage costs the blocks that it hits and nothing else; they are
/// left unwritten and named.
public final class Restore {
  /// 2 GiB at 128 KiB a block; about 4 MB of heap.
  private static final int WINDOW_LEAVES = 16;

  private final View view;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private long bytesWritten;

  public Restore(
      View view, Surroundings surroundings, Progress progress, Cancellation cancellation) {
    this.view = view;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @throws IOException when the target failed, or reads back other than it was written
  /// @throws Cancellation.Cancelled when a person wanted to stop: the target is incomplete
  public RestoreReport run(RestoreRequest request) throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    VolumeImage volume = request.volume();
    Damage damage = new Damage(request.snapshot().id().toString());
    ConcurrentLinkedQueue<RestoreWorker> idle = new ConcurrentLinkedQueue<>();
    progress.begin("restoring " + volume.name(), volume.size());
    // One writes and waits for the target, the others decode.
    int threads = surroundings.threads() + 1;
    try (Pipeline<Long> pipeline =
        new Pipeline<>(
            threads,
            threads * 3,
            written -> {
              bytesWritten += written;
              progress.advance(written);
            })) {
      new Windows(request, damage, idle, pipeline).run();
      pipeline.drain();
    } finally {
      idle.forEach(RestoreWorker::close);
    }
    progress.begin("syncing", 0);
    request.sink().finish();
    long verified = new ReadBack(view, surroundings, progress, cancellation).run(request, damage);
    long millis = Duration.between(started, surroundings.clock().instant()).toMillis();
    return new RestoreReport(
        volume.size(), bytesWritten, verified, damage.problems(volume), millis);
  }

  /// Goes through a volume window by window and hands what is to be read to the workers.
  private final class Windows {
    private final VolumeImage volume;
    private final BlockSink sink;
    private final Damage damage;
    private final ConcurrentLinkedQueue<RestoreWorker> idle;
    private final Pipeline<Long> pipeline;
    private final VolumeTree tree;
    private final Optional<VolumeTree> shown;

    Windows(
        RestoreRequest request,
        Damage damage,
        ConcurrentLinkedQueue<RestoreWorker> idle,
        Pipeline<Long> pipeline) {
      this.volume = request.volume();
      this.sink = request.sink();
      this.damage = damage;
      this.idle = idle;
      this.pipeline = pipeline;
      this.tree = view.tree(volume);
      this.shown = request.shown().map(view::tree);
    }

    void run() throws IOException, CorruptData {
      // Small at first: the workers wait for what lies in it.
      long windowBlocks = Shape.FANOUT;
      for (long first = 0, end; first < volume.blockCount(); first = end) {
        end = Math.min(first + windowBlocks, volume.blockCount());
        List<Placement> placements = new ArrayList<>();
        for (long leaf = first; leaf < end; leaf += Shape.FANOUT) {
          cancellation.check();
          place(leaf, Math.min(leaf + Shape.FANOUT, end), placements);
        }
        for (ReadRun run : ReadRun.of(placements)) {
          cancellation.check();
          pipeline.submit(() -> restore(run));
        }
        windowBlocks = Math.min(windowBlocks * 2, (long) WINDOW_LEAVES * Shape.FANOUT);
      }
    }

    private void place(long first, long end, List<Placement> placements) throws IOException {
      @Nullable Node leaf;
      try {
        leaf = tree.leaf(first);
      } catch (CorruptData e) {
        damage.corrupt(e, first, end - first, volume);
        return;
      } catch (ChunkMissing e) {
        damage.unknownNode(e.id(), e, first, end - first);
        return;
      } catch (NodeUnreadable e) {
        damage.unknownNode(e.id(), e, first, end - first);
        return;
      }
      Shown before = Shown.of(shown, first, end);
      long next = first;
      for (Item item : leaf == null ? List.<Item>of() : leaf.items()) {
        long block = item.key().offset();
        zero(next, block, before);
        next = block + 1;
        if (before.has(block, item.id())) {
          progress.advance(volume.blockLength(block));
        } else {
          placeBlock(block, item.id(), placements);
        }
      }
      zero(next, end, before);
    }

    private void zero(long from, long end, Shown before) throws IOException {
      if (before.isNothing()) {
        zero(from, end);
        return;
      }
      for (long block = from; block < end; block++) {
        if (before.has(block, null)) {
          progress.advance(volume.blockLength(block));
        } else {
          zero(block, block + 1);
        }
      }
    }

    private void placeBlock(long block, ChunkId id, List<Placement> placements) {
      List<Location> found = view.committed().find(id);
      if (found.isEmpty()) {
        damage.unknown(id, new ChunkMissing(id), block, volume);
      } else {
        placements.add(new Placement(block, found.getFirst()));
      }
    }

    private void zero(long from, long end) throws IOException {
      if (from < end) {
        long offset = from * volume.blockBytes();
        long length = Math.min(end * volume.blockBytes(), volume.size()) - offset;
        sink.zero(offset, length);
        progress.advance(length);
      }
    }

    private long restore(ReadRun run) throws IOException {
      cancellation.check();
      RestoreWorker worker = idle.poll();
      if (worker == null) {
        worker = newWorker();
      }
      try {
        return worker.run(run, volume);
      } finally {
        idle.add(worker);
      }
    }

    private RestoreWorker newWorker() {
      Repository repository = view.repository();
      RestoreWorker.Readers readers =
          new RestoreWorker.Readers(new BlobDecoder(repository.protection()), view.newReader());
      return new RestoreWorker(repository.storage(), readers, damage, sink);
    }
  }
}
