package cairn.engine.files;

import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.files.Walk.Met;
import cairn.filesystem.file.FileName;
import cairn.linux.CallFailed;
import cairn.linux.Directory;
import cairn.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Copies files and directories out of a volume, with all that belongs to them.
///
/// A copy is made under its own name, readable by its owner alone until it is whole. Nothing that
/// is there already is written to, and no symbolic link in the target is followed: below the
/// directory that a person named, names are resolved one at a time from the directory that was
/// opened before. A run that is killed leaves the files that it was at; run again, it says so, and
/// replaces them when it is told to.
public final class Copy {
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;

  public Copy(Surroundings surroundings, Progress progress, Cancellation cancellation) {
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @return also when some could not be copied
  /// @throws TargetFailed when nothing more can be written: the copy is incomplete
  /// @throws Cancellation.Cancelled when a person wanted to stop: the copy is incomplete
  public CopyReport run(CopyRequest request) throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    progress.begin("copying " + request.path(), 0);
    Troubles troubles = new Troubles();
    Shortfalls shortfalls = new Shortfalls();
    Tally tally = new Tally();
    Copier.Tools tools =
        new Copier.Tools(
            new Likeness(troubles, shortfalls), troubles, shortfalls, tally, cancellation);
    try (Directory top = top(request)) {
      copy(request, top, tools);
      progress.begin("syncing", 0);
      top.node().syncFileSystem();
    }
    long millis = Duration.between(started, surroundings.clock().instant()).toMillis();
    return tally.report(troubles.problems(), shortfalls.warnings(), millis);
  }

  /// The directory that everything is made in.
  private static Directory top(CopyRequest request) throws IOException {
    Path target = request.target().toAbsolutePath();
    if (Files.isDirectory(target)) {
      return Directory.open(target);
    }
    Path parent = target.getParent();
    Directory above = Directory.open(parent == null ? target : parent);
    if (!request.isContents()) {
      return above;
    }
    try (above) {
      byte[] name = Directory.nameOf(target);
      above.makeDirectory(name);
      return above.enter(name);
    } catch (CallFailed e) {
      throw e.errno() == Errno.EEXIST ? new IOException(target + " is no directory", e) : e;
    }
  }

  private static FileName name(CopyRequest request) {
    return Files.isDirectory(request.target())
        ? request.found().name().orElseThrow()
        : new FileName(Directory.nameOf(request.target().toAbsolutePath()));
  }

  private void copy(CopyRequest request, Directory top, Copier.Tools tools)
      throws IOException, CorruptData {
    int threads = surroundings.threads() * 2;
    Pipeline.Consumer<Long> count =
        written -> {
          tools.tally().bytes(written);
          progress.advance(written);
        };
    try (Pipeline<Long> pipeline = new Pipeline<>(threads, threads * 4, count)) {
      Copier copier = new Copier(pipeline, tools, request.replace());
      try (copier;
          pipeline) {
        walk(request, top, copier, new Walk<>(cancellation, tools.troubles(), copier));
        pipeline.drain();
      }
    }
  }

  private static void walk(
      CopyRequest request, Directory top, Copier copier, Walk<TargetDirectory> walk)
      throws IOException {
    FileName none = FileName.of("");
    if (request.isContents()) {
      Met met = new Met(request.path(), none, request.found().node());
      walk.run(new TargetDirectory(Optional.of(met), top), met, true);
      return;
    }
    Met met = new Met(request.path(), name(request), request.found().node());
    TargetDirectory into = new TargetDirectory(Optional.empty(), top);
    copier.entry(into, met);
    if (met.isDirectory()) {
      copier.expect(into);
      Optional<TargetDirectory> entered = copier.enter(into, met);
      if (entered.isPresent()) {
        walk.run(entered.get(), met, true);
      }
    }
  }
}
