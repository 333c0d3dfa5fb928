package cairn.engine.backup;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.engine.Cancellation;
import cairn.engine.Heartbeat;
import cairn.engine.ProcessLiveness;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.backup.BackupRequest.NamedVolume;
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
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

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
      } catch (SourceFailed | Cancellation.Cancelled e) {
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
    ConcurrentLinkedQueue<BlockWorker> idle = new ConcurrentLinkedQueue<>();
    VolumeBackup.Workers workers =
        new VolumeBackup.Workers(
            idle, () -> newWorker(session, request.verify()), surroundings.threads());
    VolumeBackup volumeBackup = new VolumeBackup(session, workers, progress, cancellation);
    List<VolumeImage> images = new ArrayList<>();
    try {
      for (NamedVolume volume : request.volumes()) {
        images.add(take(volume, parent, session, volumeBackup));
      }
    } finally {
      idle.forEach(BlockWorker::close);
    }
    lookAgain(request);
    cancellation.check();
    progress.begin("publishing", 0);
    long stored = session.publishData();
    if (volumeBackup.holesWrong()) {
      warnings.add("the source calls ranges holes that hold data: everything was read");
    }
    session.warnings().forEach(problem -> warnings.add(problem.message()));
    Counts counts = counts(images, volumeBackup, stored, millisSince(started));
    Details details =
        new Details(
            parent.map(Snapshot::id),
            surroundings.owner().host(),
            surroundings.owner().program(),
            request.tags(),
            request.verify(),
            started,
            images,
            counts);
    Draft draft = new Draft(request.group(), details, stored, volumeBackup.blocksHealed());
    return commit(draft, session, started);
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

  private VolumeImage take(
      NamedVolume named, Optional<Snapshot> parent, WriteSession session, VolumeBackup backup)
      throws IOException, CorruptData {
    int blockBytes = repository.config().layout().blockBytes();
    progress.begin("backing up " + named.name(), named.volume().size());
    try (ChunkReader nodes = newReader(session);
        NodeEncoder encoder = new NodeEncoder(repository.protection())) {
      VolumeTree before = parentTree(parent, named.name(), new NodeReader(nodes));
      ReadPlan.Source source = new ReadPlan.Source(named.volume(), before, blockBytes);
      NodeWriter sink = new NodeWriter(session, encoder, source.blockCount());
      Optional<TreeRoot> root = backup.run(source, sink, surroundings.chance());
      return new VolumeImage(
          named.name(),
          named.volume().size(),
          blockBytes,
          root,
          SourceText.of(named.volume().identity()));
    }
  }

  private static VolumeTree parentTree(Optional<Snapshot> parent, String name, NodeReader nodes) {
    return parent.stream()
        .flatMap(snapshot -> snapshot.details().volumes().stream())
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        .map(volume -> new VolumeTree(nodes, volume.root().orElse(null), volume.blockCount()))
        .orElse(new VolumeTree(nodes, null, 0));
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
        repository.config().layout().blockBytes());
  }

  private void lookAgain(BackupRequest request) throws SourceFailed {
    for (NamedVolume volume : request.volumes()) {
      try {
        volume.volume().checkUnchanged();
        if (volume.volume().wasWritten()) {
          warnings.add(
              volume.volume().identity().path()
                  + " was written to while it was read: the snapshot may mix two states of it; stop"
                  + " what writes, or back up a copy");
        }
      } catch (IOException e) {
        throw new SourceFailed(e);
      }
    }
  }

  private static Counts counts(
      List<VolumeImage> images, VolumeBackup backup, long stored, long durationMillis) {
    long total = images.stream().mapToLong(VolumeImage::blockCount).sum();
    return new Counts(
        total, backup.blocksRead(), backup.blocksNew(), backup.bytesRead(), stored, durationMillis);
  }

  private long millisSince(Instant started) {
    return Duration.between(started, surroundings.clock().instant()).toMillis();
  }
}
