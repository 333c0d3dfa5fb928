package cairn.repository.session;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.repository.index.Additions;
import cairn.repository.index.Carried;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.index.SegmentDraft;
import cairn.repository.pack.Blob;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.write.PackWriter;
import cairn.storage.Content;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One writer's run. Opening it follows the order that the collector's safety rests on: the session
/// record first, then the tombstones, then the indexes of committed sessions.
///
/// The first failure is final: whatever failed, nothing more is written and every later call throws
/// that failure again (truth 8). What was published before stays as it is; without a commit it
/// counts for nothing. Safe for use by several threads.
public final class WriteSession implements AutoCloseable {
  private final Packs packs;
  private final Sessions sessions;
  private final ObjectId id;
  private final CommittedIndex committed;
  private final Set<ObjectId> going = new HashSet<>();
  private final Set<ObjectId> usablePacks = new HashSet<>();
  private final Additions additions;
  private final PackWriter writer;
  private volatile @Nullable Exception failure;
  private @Nullable Carried carried;
  private long bytesPublished;
  private boolean indexed;
  private boolean hasIndex;

  private WriteSession(Packs packs, SessionRecord record, PackWriter.Tools tools)
      throws IOException, CorruptData {
    this.packs = packs;
    this.sessions = new Sessions(packs.storage(), packs.repository());
    this.id = record.id();
    sessions.create(record);
    bytesPublished = record.toBytes(packs.repository()).length;
    tombstones().list().forEach(tombstone -> going.addAll(tombstone.packs()));
    this.committed = CommittedIndex.open(packs);
    usablePacks.addAll(ObjectNames.ids(packs.storage().list(Packs.PREFIX)));
    usablePacks.removeAll(going);
    this.additions = new Additions(id, packs.repository());
    this.writer = new PackWriter(packs, id, tools);
  }

  private Tombstones tombstones() {
    return new Tombstones(packs.storage(), packs.repository());
  }

  /// Opens a session.
  public static WriteSession open(Packs packs, SessionRecord record, PackWriter.Tools tools)
      throws IOException, CorruptData {
    return new WriteSession(packs, record, tools);
  }

  public ObjectId id() {
    return id;
  }

  /// Damage to indexes that was met so far: it costs space, not safety.
  public List<Problem> warnings() {
    return committed.problems();
  }

  /// The packs that were in tombstones when this session began.
  public Set<ObjectId> going() {
    return Collections.unmodifiableSet(going);
  }

  /// Whether the index lists packs that were not there when this session began, and that no
  /// collector was about to remove.
  public boolean lacksPacks() {
    return committed.index().segments().stream()
        .flatMap(segment -> segment.packs().stream())
        .anyMatch(pack -> !usablePacks.contains(pack) && !going.contains(pack));
  }

  /// Goes on as if these packs were not there, because what they hold is to be stored anew. Before
  /// anything is stored.
  public void avoid(Set<ObjectId> others) {
    usablePacks.removeAll(others);
  }

  /// Lists in this session's index what these segments of others list: once this session is
  /// committed, they are not needed.
  public synchronized void carry(Carried segments) {
    this.carried = segments;
  }

  /// The index of what was committed before this session.
  public Index index() {
    return committed.index();
  }

  /// Where a chunk lies that may be referred to: in a committed pack that is there and that no
  /// collector is about to remove; for a delta, its base likewise.
  public @Nullable Location find(ChunkId chunk) {
    for (Location place : committed.find(chunk)) {
      ChunkId base = place.base();
      if (usablePacks.contains(place.pack()) && (base == null || findPlain(base) != null)) {
        return place;
      }
    }
    return null;
  }

  /// As [#find], but only what is stored by itself: what may be the base of a delta.
  public @Nullable Location findPlain(ChunkId chunk) {
    for (Location place : committed.find(chunk)) {
      if (usablePacks.contains(place.pack()) && place.base() == null) {
        return place;
      }
    }
    return null;
  }

  /// Whether a chunk lies anywhere where it may be referred to, even as a delta to a base of which
  /// that is not certain.
  public boolean hasCopy(ChunkId chunk) {
    return committed.find(chunk).stream().anyMatch(place -> usablePacks.contains(place.pack()));
  }

  /// Whether nothing that was committed before holds a chunk, nor is about to be removed with it.
  public boolean isLost(ChunkId chunk) {
    return find(chunk) == null
        && committed.find(chunk).stream().noneMatch(place -> going.contains(place.pack()));
  }

  /// Takes on the duty to [#append] a chunk.
  ///
  /// @return false when this session stores it already
  public boolean claim(ChunkId chunk) throws IOException, CorruptData {
    return run(() -> additions.claim(chunk));
  }

  /// Gives up the claims of work that was broken off, so that those who begin again store the
  /// chunks. Only while nobody else works in this session.
  public void dropClaims() {
    additions.dropClaims();
  }

  /// Whether a node may name the chunk: it was committed before, or this session stores it.
  boolean mayName(ChunkId chunk) throws CorruptData {
    return find(chunk) != null || additions.knows(chunk);
  }

  /// Stores a claimed chunk.
  public synchronized void append(PackContent content, Blob blob) throws IOException, CorruptData {
    run(() -> {
      if (indexed) {
        throw new IllegalStateException("the index is published");
      }
      additions.add(writer.append(content, blob));
      return true;
    });
  }

  /// Lists in this session's index what a pack holds, as far as no other index does; so that this
  /// session may name it. A pack with a delta whose base this session may not name is left alone: a
  /// pack is listed whole, or `check` would miss the rest.
  ///
  /// @param directory of a pack whose session has ended
  /// @return how many chunks
  public long adoptUsable(PackDirectory directory) throws IOException, CorruptData {
    for (BlobEntry entry : directory.entries()) {
      if (entry.base() != null && findPlain(entry.base()) == null) {
        return 0;
      }
    }
    return adoptAll(directory);
  }

  /// As [#adoptUsable], and deltas whose base this session may not name: to list them again, not to
  /// refer to them.
  public synchronized long adoptAll(PackDirectory directory) throws IOException, CorruptData {
    if (!usablePacks.contains(directory.pack())) {
      return 0; // a collector is about to remove it
    }
    return run(() -> {
      long adopted = 0;
      for (BlobEntry entry : directory.entries()) {
        Location place = Location.of(directory.pack(), directory.content(), entry);
        if (!committed.find(entry.id()).contains(place)) {
          additions.add(place);
          adopted++;
        }
      }
      return adopted;
    });
  }

  /// Looks for damage in all committed index segments, and goes on without those that have any.
  public Set<ObjectId> leaveOutDamagedIndexes() {
    return committed.leaveOutDamaged();
  }

  /// A sign of life.
  ///
  /// @return what time it is by the storage's clock, in whole milliseconds
  /// @throws SessionFenced when somebody took this session for dead
  public Instant touch() throws IOException, CorruptData {
    return run(() -> Instant.ofEpochMilli(sessions.touch(id).toEpochMilli()));
  }

  /// Publishes packs and index, then a snapshot record, then ends the session: in this order (truth
  /// 4).
  ///
  /// @param name of the snapshot record
  /// @throws SessionFenced when somebody took this session for dead: the run is void
  /// @throws IllegalStateException when a claimed chunk was not stored: a node may name it
  public synchronized void commit(String name, byte[] record) throws IOException, CorruptData {
    run(() -> {
      if (additions.hasClaims()) {
        throw new IllegalStateException("chunks were claimed and not stored: nothing is committed");
      }
      publishIndex();
      packs.storage().publish(name, Content.of(record));
      bytesPublished += record.length;
      return end();
    });
  }

  /// Ends the session without a snapshot, so that the next one finds what was uploaded.
  public synchronized void commitUploads() throws IOException, CorruptData {
    run(() -> {
      publishIndex();
      return end();
    });
  }

  /// Publishes packs and index, so that what remains is to name the snapshot. Nothing may be
  /// appended from here on.
  ///
  /// @return the bytes that this session added to the storage so far
  public synchronized long publishData() throws IOException, CorruptData {
    return run(() -> {
      publishIndex();
      return bytesPublished;
    });
  }

  /// Opens an index of what was committed before and of what this session has published since, for
  /// reading it back before it counts. Closed by the caller before this session.
  ///
  /// @throws IllegalStateException before [#publishData]
  public synchronized Index openPublished() throws IOException, CorruptData {
    if (!indexed) {
      throw new IllegalStateException("the index is not published yet");
    }
    Index published = new Index(packs.storage(), packs.repository());
    committed.index().segments().forEach(published::add);
    if (hasIndex) {
      published.add(id);
    }
    return published;
  }

  private void publishIndex() throws IOException, CorruptData {
    if (indexed) {
      return;
    }
    bytesPublished += writer.flush();
    if (additions.size() > 0 || carried != null) {
      try (SegmentDraft draft = additions.draft(carried == null ? List.of() : List.of(carried))) {
        packs.storage().publish(Index.name(id), draft.content());
        bytesPublished += draft.content().size();
        hasIndex = true;
      }
    }
    indexed = true;
  }

  private boolean end() throws IOException {
    if (!sessions.end(id, Sessions.State.COMMITTED)) {
      throw new SessionFenced(id.toString());
    }
    return true;
  }

  /// Takes a step unless one has failed before; the first failure is final.
  <T> T run(Step<T> step) throws IOException, CorruptData {
    Exception first = failure;
    if (first != null) {
      throw new IOException("the session failed before: " + first.getMessage(), first);
    }
    try {
      return step.run();
    } catch (IOException | CorruptData | RuntimeException e) {
      keepFirst(e);
      throw e;
    } catch (Error e) {
      keepFirst(new IllegalStateException(e));
      throw e;
    }
  }

  private synchronized void keepFirst(Exception e) {
    if (failure == null) {
      failure = e;
    }
  }

  /// A part of a session's work.
  interface Step<T> {
    T run() throws IOException, CorruptData;
  }

  /// Lets go of local resources. An uncommitted session stays open in the repository until somebody
  /// fences it.
  @Override
  public void close() {
    writer.close();
    additions.close();
    committed.close();
  }
}
