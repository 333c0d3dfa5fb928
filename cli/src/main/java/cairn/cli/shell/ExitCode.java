package cairn.cli.shell;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.engine.Cancellation;
import cairn.engine.collect.CannotCollect;
import cairn.repository.crypto.WrongKeyException;
import cairn.repository.read.ChunkMissing;
import cairn.repository.session.SessionFenced;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the program ends with. This is the only table of exit codes, and the only mapping to them.
public enum ExitCode {
  GOOD(0, "done"),
  FAILED(1, "failed; what failed, and what to do, is on standard error"),
  USAGE(2, "the command line is wrong; nothing was done"),
  WARNINGS(3, "done, with warnings"),
  DAMAGE(4, "damage was found; it is named"),
  BUSY(5, "the repository is busy, or this run was fenced by another one; run it again"),
  WRONG_KEY(6, "the passphrase or key opens nothing here"),
  INTERRUPTED(130, "interrupted");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }

  /// The table, for help and manual.
  public static Map<String, String> table() {
    Map<String, String> table = new LinkedHashMap<>();
    for (ExitCode code : values()) {
      table.put(Integer.toString(code.number), code.meaning);
    }
    return table;
  }

  /// What a failure ends the program with; where it only passes another one on, that one decides.
  public static ExitCode of(Throwable failure) {
    return switch (failure) {
      case CorruptData damage -> DAMAGE;
      case ChunkMissing damage -> DAMAGE;
      case CannotCollect unclear -> of(List.of(unclear.problem()));
      case SessionFenced fenced -> BUSY;
      case RepositoryBusy busy -> BUSY;
      case WrongKeyException wrong -> WRONG_KEY;
      case Cancellation.Cancelled wish -> INTERRUPTED;
      case UsageError usage -> USAGE;
      case Explained explained -> of(explained.reason());
      default -> FAILED;
    };
  }

  /// What a run ends with that went through and came upon problems. What could not be read is a
  /// failure, not damage (truth 6).
  public static ExitCode of(Collection<? extends Problem> problems) {
    boolean damage =
        problems.stream()
            .anyMatch(problem ->
                problem instanceof Problem.Corrupt
                    || problem instanceof Problem.TreeBlock
                    || problem instanceof Problem.Missing);
    if (damage) {
      return DAMAGE;
    }
    return problems.isEmpty() ? GOOD : FAILED;
  }

  /// What a good run with these warnings ends with.
  public static ExitCode ofWarnings(Collection<String> warnings) {
    return warnings.isEmpty() ? GOOD : WARNINGS;
  }
}
