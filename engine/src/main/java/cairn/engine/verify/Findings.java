package cairn.engine.verify;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What a check gathers on its way. Safe for use by several threads.
final class Findings {
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Set<Copy> badCopies = new HashSet<>();
  private final Set<ObjectId> missingPacks = new HashSet<>();
  private final Set<ObjectId> suspects = new TreeSet<>();

  /// A chunk in a pack.
  record Copy(ObjectId pack, ChunkId chunk) {}

  synchronized void add(Problem problem) {
    problems.add(problem);
  }

  /// Something is wrong with the pack, or could not be read.
  synchronized void suspect(ObjectId pack, Problem problem) {
    suspects.add(pack);
    problems.add(problem);
  }

  /// This copy of the chunk cannot be used.
  synchronized void bad(ObjectId pack, ChunkId chunk) {
    badCopies.add(new Copy(pack, chunk));
  }

  /// No copy in this pack can be used.
  synchronized void missing(ObjectId pack) {
    suspects.add(pack);
    missingPacks.add(pack);
  }

  synchronized boolean isBad(ObjectId pack, ChunkId chunk) {
    return missingPacks.contains(pack) || badCopies.contains(new Copy(pack, chunk));
  }

  synchronized boolean isClean() {
    return problems.isEmpty();
  }

  synchronized List<Problem> problems() {
    return new ArrayList<>(problems);
  }

  /// The packs with which something is wrong, or that could not be read, or that are not there.
  synchronized Set<ObjectId> suspects() {
    return new TreeSet<>(suspects);
  }
}
