package cairn.engine.files;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What went wrong with single files while work went on with the others: the first of it, and how
/// much there was. Safe for use by several threads.
public final class Troubles {
  private static final int KEPT = 1000;

  private final Set<Problem> kept = new LinkedHashSet<>();
  private long more;

  /// A file, or a part of it, is damaged.
  void damage(String path, CorruptData damage) {
    damage(path, "", damage);
  }

  /// @param part of the file, such as `bytes 0+4096: `, or empty
  void damage(String path, String part, CorruptData damage) {
    add(damage.problem());
    unknown(path, part + "it is damaged: " + damage.getMessage());
  }

  /// Nothing is known about a file, or a part of it.
  void unknown(String path, String why) {
    add(new Problem.Unknown("file", path, why));
  }

  /// Of either kind, as the cause tells.
  void failure(String path, String part, Exception failure) {
    CorruptData damage = damage(failure);
    if (damage != null) {
      damage(path, part, damage);
    } else {
      unknown(path, part + failure.getMessage());
    }
  }

  private static @org.jspecify.annotations.Nullable CorruptData damage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CorruptData damage) {
        return damage;
      }
    }
    return null;
  }

  private synchronized void add(Problem problem) {
    if (kept.contains(problem)) {
      return;
    }
    if (kept.size() < KEPT) {
      kept.add(problem);
    } else {
      more++;
    }
  }

  public synchronized List<Problem> problems() {
    List<Problem> problems = new ArrayList<>(kept);
    if (more > 0) {
      problems.add(new Problem.More("files", "all", more));
    }
    return problems;
  }
}
