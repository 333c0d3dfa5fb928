package cairn.repository.session;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.repository.index.Index;
import cairn.repository.index.Location;
import cairn.repository.index.Segment;
import cairn.repository.pack.Packs;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The index of all committed sessions. Those of others are never looked at: a fenced writer may go
/// on writing. Damaged segments are left out and told of; [#find] then knows less, never wrong
/// things. Safe for use by several threads.
public final class CommittedIndex implements AutoCloseable {
  private static final int ATTEMPTS = 5;

  private final Packs packs;
  private final Index index;
  private final Set<ObjectId> opened = new HashSet<>();
  private final Set<Problem> problems = Collections.synchronizedSet(new LinkedHashSet<>());

  private CommittedIndex(Packs packs) {
    this.packs = packs;
    this.index = new Index(packs.storage(), packs.repository(), this::refresh);
  }

  /// Opens the segments of the sessions that are committed now.
  public static CommittedIndex open(Packs packs) throws IOException, CorruptData {
    for (int attempt = 1; ; attempt++) {
      CommittedIndex opened = new CommittedIndex(packs);
      try {
        opened.load();
        return opened;
      } catch (ObjectMissing e) {
        opened.close();
        if (attempt == ATTEMPTS) { // merged away each time between listing and reading
          throw e;
        }
      }
    }
  }

  /// The ids of the segments that count now. The index objects are listed before the sessions and
  /// again after them: when one has gone, so may have the record of its session, and what has
  /// replaced it is not in the first list.
  public static Set<ObjectId> current(Packs packs) throws IOException {
    Sessions sessions = new Sessions(packs.storage(), packs.repository());
    Set<ObjectId> indexes = list(packs);
    while (true) {
      Set<ObjectId> committed = new HashSet<>(sessions.list(Sessions.State.COMMITTED));
      Set<ObjectId> after = list(packs);
      if (after.containsAll(indexes)) {
        indexes.retainAll(committed);
        return indexes;
      }
      indexes = after;
    }
  }

  private static Set<ObjectId> list(Packs packs) throws IOException {
    return new LinkedHashSet<>(ObjectNames.ids(packs.storage().list(Index.PREFIX)));
  }

  /// Opens the segments of sessions that were committed since. Those that a merge has replaced
  /// stay: what they tell of packs that are there is true.
  ///
  /// @return whether there are any
  public boolean refresh() throws IOException, CorruptData {
    for (int attempt = 1; ; attempt++) {
      try {
        return load();
      } catch (ObjectMissing e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private synchronized boolean load() throws IOException, CorruptData {
    boolean more = false;
    for (ObjectId id : current(packs)) {
      if (!opened.contains(id)) {
        addOrReport(id);
        opened.add(id);
        more = true;
      }
    }
    return more;
  }

  private void addOrReport(ObjectId id) throws IOException {
    try {
      index.add(id);
    } catch (CorruptData e) {
      problems.add(e.problem());
    } catch (ObjectMissing e) {
      throw e;
    } catch (IOException e) {
      problems.add(new Problem.Unknown("index", id.toString(), String.valueOf(e.getMessage())));
    }
  }

  public Index index() {
    return index;
  }

  /// The damage met so far.
  public List<Problem> problems() {
    synchronized (problems) {
      return List.copyOf(problems);
    }
  }

  /// Checks every page of every segment and leaves damaged segments out altogether.
  ///
  /// @return the damaged ones, with those that could not be opened
  public Set<ObjectId> leaveOutDamaged() {
    for (Segment segment : index.segments()) {
      try {
        segment.check();
      } catch (CorruptData e) {
        problems.add(e.problem());
        index.remove(segment);
      }
    }
    Set<ObjectId> damaged = new LinkedHashSet<>();
    problems().forEach(problem -> damaged.add(ObjectId.parse(problem.id())));
    return damaged;
  }

  /// Every place where the chunk lies, as far as undamaged segments tell.
  public List<Location> find(ChunkId chunk) {
    return index.find(chunk, problems::add);
  }

  @Override
  public void close() {
    index.close();
  }
}
