package cairn.engine.resize;

import cairn.base.block.BlockReader;
import cairn.base.block.BlockSink;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.image.SnapshotVolume;
import cairn.engine.resize.RelocatingSink.Segment;
import cairn.engine.resize.ResizePlan.Change;
import cairn.engine.resize.ResizePlan.Move;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreReport;
import cairn.engine.restore.RestoreRequest;
import cairn.filesystem.layout.Patches.Patch;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Carries out a plan. What has to become smaller does so in a temporary file, before anything is
/// written to the target; what becomes larger does so on the target, when all of it is there.
public final class Resize {
  private final View view;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;

  /// What is restored, and how.
  ///
  /// @param folder for a temporary file
  public record Request(
      Snapshot snapshot, VolumeImage image, ResizePlan plan, boolean verifyAll, Path folder) {}

  public Resize(
      View view, Surroundings surroundings, Progress progress, Cancellation cancellation) {
    this.view = view;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @param target open, not written to, and closed by the caller
  /// @return what was restored; when it has problems, nothing was made larger
  public RestoreReport run(Request request, ResizeTarget target) throws IOException, CorruptData {
    Optional<Change> change = request.plan.change();
    Optional<Change> shrinks = change.filter(each -> !each.grows());
    Optional<Change> grows = change.filter(Change::grows);
    try (BlockReader volume = SnapshotVolume.of(view, request.image);
        MaybeShrunk shrunk = shrink(volume, shrinks, request.folder)) {
      RestoreReport report = restore(request, volume, target, shrunk.area);
      if (grows.isPresent() && report.problems().isEmpty()) {
        grow(grows.get(), target);
      }
      target.seal();
      return report;
    }
  }

  /// Something to close, or nothing.
  private record MaybeShrunk(@Nullable ShrunkArea area) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (area != null) {
        area.close();
      }
    }
  }

  private MaybeShrunk shrink(BlockReader volume, Optional<Change> change, Path folder)
      throws IOException, CorruptData {
    if (change.isEmpty()) {
      return new MaybeShrunk(null);
    }
    int threads = surroundings.threads();
    ShrunkArea.Work work = new ShrunkArea.Work(progress, cancellation, threads);
    return new MaybeShrunk(ShrunkArea.of(volume, change.get(), folder, work));
  }

  private RestoreReport restore(
      Request request, BlockReader volume, ResizeTarget target, @Nullable ShrunkArea shrunk)
      throws IOException, CorruptData {
    ResizePlan plan = request.plan;
    RelocatingSink.Rest rest = sink -> rest(plan, shrunk, sink);
    BlockSink sink = new RelocatingSink(volume, target.sink(), segments(plan), rest);
    RestoreReport report =
        new Restore(view, surroundings, progress, cancellation)
            .run(new RestoreRequest(request.snapshot, request.image, sink, request.verifyAll));
    verify(plan, shrunk, target.sink());
    return report;
  }

  /// What goes from the volume to the target: everything before the first partition, and the
  /// partitions as far as they are not made smaller elsewhere.
  private static List<Segment> segments(ResizePlan plan) {
    List<Segment> segments = new ArrayList<>();
    long first = Math.min(plan.sourceBytes(), plan.targetBytes());
    for (Move move : plan.moves()) {
      first = Math.min(first, move.from());
    }
    for (Move move : plan.copied()) {
      if (move.toBytes() >= move.fromBytes()) {
        Segment whole = new Segment(move.from(), move.fromBytes(), move.to());
        segments.addAll(RelocatingSink.around(whole, plan.tables()));
      }
    }
    segments.addAll(RelocatingSink.around(new Segment(0, first, 0), plan.tables()));
    for (Extent kept : plan.kept()) {
      if (kept.offset() >= first) {
        segments.add(new Segment(kept.offset(), kept.length(), kept.offset()));
      }
    }
    return segments;
  }

  private static void rest(ResizePlan plan, @Nullable ShrunkArea shrunk, BlockSink target)
      throws IOException {
    if (shrunk != null) {
      shrunk.writeTo(target);
    }
    for (Patch patch : plan.tables()) {
      target.write(patch.offset(), patch.bytes(), 0, patch.bytes().length);
    }
  }

  private static void verify(ResizePlan plan, @Nullable ShrunkArea shrunk, BlockSink target)
      throws IOException {
    Optional<Long> wrong = shrunk == null ? Optional.empty() : shrunk.mismatch(target);
    for (Patch patch : plan.tables()) {
      byte[] found = new byte[patch.bytes().length];
      target.readBack(patch.offset(), found, 0, found.length);
      if (!Arrays.equals(found, patch.bytes())) {
        wrong = Optional.of(patch.offset());
      }
    }
    if (wrong.isPresent()) {
      throw new IOException(
          "the target cannot be trusted: it reads back other bytes than were written, at offset "
              + wrong.get());
    }
  }

  private void grow(Change change, ResizeTarget target) throws IOException {
    Move move = change.move();
    progress.begin("growing " + move.name(), 0);
    try (LoopArea loop = LoopArea.of(target.path(), move.to(), move.toBytes())) {
      change.resizer().grow(loop.device());
    } catch (IOException e) {
      throw new IOException(
          move.name() + " was restored but not made larger: " + e.getMessage(), e);
    }
  }
}
