package cairn.engine.backup;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.engine.Cancellation;
import cairn.engine.Heartbeat;
import cairn.engine.ProcessLiveness;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.capture.BlockWorker;
import cairn.engine.capture.CannotConverge;
import cairn.engine.capture.Converge;
import cairn.engine.capture.Intake;
import cairn.engine.capture.LiveCapture;
import cairn.engine.capture.LiveCapture.Before;
import cairn.engine.capture.PlainCapture;
import cairn.engine.capture.Readers;
import cairn.engine.capture.Source;
import cairn.engine.capture.SourceFailed;
import cairn.engine.capture.SourceText;
import cairn.repository.Repository;
import cairn.repository.read.ChunkReader;
import cairn.repository.read.NodeReader;
import cairn.repository.session.NodeWriter;
import cairn.repository.session.WriteSession;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.TreeRoot;
import cairn.repository.tree.VolumeTree;
import cairn.repository.write.BlobEncoder;
import cairn.repository.write.NodeEncoder;
import cairn.volume.VolumeIdentity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Makes one snapshot. Either it is committed whole, or the run throws and nothing of it is
/// visible; what was uploaded until then helps the next run.
public final class Backup {
  private final Repository repository;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private final List<String> warnings = new ArrayList<>();

  public Backup(
      Repository repository,
      Surroundings surroundings,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @throws SourceFailed when a source could not be read or changed its size
  /// @throws Cancellation.Cancelled when a person wanted to stop
  /// @throws cairn.repository.session.SessionFenced when another process took this run for dead
  public BackupReport run(BackupRequest request) throws IOException, CorruptData {
    Instant started = surroundings.clock().instant();
    try (WriteSession session = surroundings.openSession(repository);
        Heartbeat heartbeat = new Heartbeat()) {
      heartbeat.start(session);
      new Salvage(repository, new ProcessLiveness(repository.sessions(), surroundings))
          .run(session);
      Optional<Snapshot> parent = parent(request);
      try {
        return run(request, parent, session, started);
      } catch (SourceFailed | CannotConverge | Cancellation.Cancelled e) {
        session.commitUploads();
        throw e;
      }
    }
  }

  private Optional<Snapshot> parent(BackupRequest request) throws IOException, CorruptData {
    return switch (request.parent()) {
      case BackupRequest.Parent.None none -> Optional.empty();
      case BackupRequest.Parent.Given given -> Optional.of(given.snapshot());
      case BackupRequest.Parent.Newest newest -> {
        Repository.Listing listing = repository.snapshots();
        listing.problems().forEach(problem -> warnings.add(problem.message()));
        yield listing.snapshots().reversed().stream()
            .filter(snapshot -> snapshot.group().equals(request.group()))
            .findFirst();
      }
    };
  }

  private BackupReport run(
      BackupRequest request, Optional<Snapshot> parent, WriteSession session, Instant started)
      throws IOException, CorruptData {
    Intake.Workers workers =
        new Intake.Workers(() -> newWorker(session, request.verify()), surroundings.threads());
    try (Intake intake = new Intake(session, workers, progress, cancellation);
        ChunkReader nodes = newReader(session);
        NodeEncoder encoder = new NodeEncoder(repository.protection())) {
      Trees trees = new Trees(parent, new NodeReader(nodes), encoder);
      List<VolumeImage> images = take(request.sources(), trees, session, intake);
      return finish(request, parent, session, new Taken(images, intake, started));
    }
  }

  private record Taken(List<VolumeImage> images, Intake intake, Instant started) {}

  private BackupReport finish(
      BackupRequest request, Optional<Snapshot> parent, WriteSession session, Taken taken)
      throws IOException, CorruptData {
    lookAgain(request);
    cancellation.check();
    progress.begin("publishing", 0);
    long stored = session.publishData();
    session.warnings().forEach(problem -> warnings.add(problem.message()));
    List<VolumeImage> images =
        new CaptureCheck(repository, surroundings, progress, cancellation)
            .run(taken.images, session, request.fsck(), warnings);
    Counts counts = counts(taken, stored, millisSince(taken.started));
    Details details =
        new Details(
            parent.map(Snapshot::id),
            surroundings.owner().host(),
            surroundings.owner().program(),
            request.tags(),
            request.verify(),
            taken.started,
            images,
            counts);
    Draft draft = new Draft(request.group(), details, stored, taken.intake.blocksHealed());
    return commit(draft, session, taken.started);
  }

  private record Draft(String group, Details details, long stored, long healed) {}

  private BackupReport commit(Draft draft, WriteSession session, Instant started)
      throws IOException, CorruptData {
    ObjectId id = ObjectId.random(surroundings.chance());
    Instant received = session.touch();
    Snapshot snapshot = new Snapshot(id, session.id(), draft.group, received, draft.details);
    byte[] record = repository.encode(snapshot, surroundings.chance());
    session.commit(snapshot.name(), record);
    return new BackupReport(
        snapshot, draft.stored + record.length, draft.healed, millisSince(started), warnings);
  }

  private List<VolumeImage> take(
      BackupRequest.Sources sources, Trees trees, WriteSession session, Intake intake)
      throws IOException, CorruptData {
    PlainCapture capture = new PlainCapture(intake, surroundings.chance());
    List<LiveCapture.Subject> inUse = new ArrayList<>();
    Map<String, VolumeImage> images = new HashMap<>();
    Optional<String> doubt = doubt(trees.parent, session);
    String setAside = repository.setAside();
    for (NamedVolume named : sources.volumes()) {
      Source source = new Source(named.volume(), trees.before(named.name()), blockBytes());
      NodeWriter nodes = new NodeWriter(session, trees.encoder, source.blockCount());
      if (named.inUse().isPresent()) {
        Optional<VolumeImage> before = trees.image(named.name());
        inUse.add(
            new LiveCapture.Subject(
                named.name(),
                named.inUse().get(),
                source,
                new Before(trees.parentId(), before, doubt, setAside),
                nodes));
      } else {
        progress.begin("backing up " + named.name(), named.volume().size());
        Optional<TreeRoot> root = capture.run(source, nodes);
        images.put(named.name(), image(named, root));
      }
    }
    if (capture.holesWrong()) {
      warnings.add("the source calls ranges holes that hold data: everything was read");
    }
    if (!inUse.isEmpty()) {
      try (Readers readers = new Readers()) {
        live(sources, intake, readers)
            .run(inUse, warnings)
            .forEach(image -> images.put(image.name(), image));
      }
    }
    return sources.volumes().stream()
        .map(named -> Objects.requireNonNull(images.get(named.name())))
        .toList();
  }

  private LiveCapture live(BackupRequest.Sources sources, Intake intake, Readers readers) {
    Converge.Tools tools = new Converge.Tools(surroundings.clock(), progress, cancellation);
    return new LiveCapture(
        sources.stillness(),
        new Converge(intake, sources.stillness(), sources.limits(), tools, readers),
        repository.protection().newDigest(),
        surroundings.chance());
  }

  /// Why blocks of the parent that nobody wrote to must be read all the same. Whether all that it
  /// reaches is there and stays there is known for certain only while no collector was about to
  /// remove anything when this session began, and the parent was there after that.
  private Optional<String> doubt(Optional<Snapshot> parent, WriteSession session)
      throws IOException {
    if (parent.isEmpty()) {
      return Optional.of("there is no snapshot to compare with");
    }
    if (!session.going().isEmpty()) {
      return Optional.of("a collector is about to remove packs");
    }
    if (!repository.isThere(parent.get())) {
      return Optional.of("the snapshot to compare with was forgotten");
    }
    if (session.lacksPacks()) {
      return Optional.of("the repository lacks packs that its index lists");
    }
    return Optional.empty();
  }

  private int blockBytes() {
    return repository.config().layout().blockBytes();
  }

  private VolumeImage image(NamedVolume named, Optional<TreeRoot> root) {
    return new VolumeImage(
        named.name(),
        named.volume().size(),
        blockBytes(),
        root,
        SourceText.of(named.volume().identity()));
  }

  /// What the parent has, and what nodes are made with.
  private record Trees(Optional<Snapshot> parent, NodeReader nodes, NodeEncoder encoder) {
    Optional<VolumeImage> image(String name) {
      return parent.stream()
          .flatMap(snapshot -> snapshot.details().volumes().stream())
          .filter(volume -> volume.name().equals(name))
          .findFirst();
    }

    String parentId() {
      return parent.map(snapshot -> snapshot.id().toString()).orElse("");
    }

    VolumeTree before(String name) {
      return image(name)
          .map(volume -> new VolumeTree(nodes, volume.root().orElse(null), volume.blockCount()))
          .orElse(VolumeTree.none());
    }
  }

  private ChunkReader newReader(WriteSession session) {
    return new ChunkReader(repository.storage(), session.index(), repository.protection());
  }

  private BlockWorker newWorker(WriteSession session, boolean verify) {
    int level = repository.config().layout().zstdLevel();
    return new BlockWorker(
        session,
        new BlobEncoder(repository.protection(), level, verify),
        newReader(session),
        blockBytes());
  }

  private void lookAgain(BackupRequest request) throws SourceFailed {
    for (NamedVolume volume : request.sources().volumes()) {
      try {
        warnings.addAll(volume.volume().warnings());
        volume.volume().checkUnchanged();
        if (volume.volume().wasWritten()) {
          warnings.add(mixed(volume.volume().identity()));
        }
      } catch (IOException e) {
        throw new SourceFailed(e);
      }
    }
  }

  private static String mixed(VolumeIdentity source) {
    return source.location()
        + " was written to while it was read"
        + (source.device().isPresent()
            ? ", by a program that does not claim it, such as a running VM"
            : "")
        + ": the snapshot may mix two states of it; stop what writes, or back up a copy";
  }

  private static Counts counts(Taken taken, long stored, long durationMillis) {
    Intake intake = taken.intake;
    long total = taken.images.stream().mapToLong(VolumeImage::blockCount).sum();
    return new Counts(
        total, intake.blocksRead(), intake.blocksNew(), intake.bytesRead(), stored, durationMillis);
  }

  private long millisSince(Instant started) {
    return Duration.between(started, surroundings.clock().instant()).toMillis();
  }
}
