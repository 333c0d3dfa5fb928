package cairn.cli.command;

import cairn.base.bytes.Problem;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.engine.restore.RestoreReport;
import cairn.export.ImageKind;
import cairn.linux.FileStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What came of an export.
record ExportOutcome(
    ImageKind kind,
    List<Image> images,
    List<Problem> problems,
    boolean published,
    List<String> recordWarnings)
    implements Outcome {
  /// One image.
  ///
  /// @param fileBytes what the file takes on disk; 0 when it has no name
  record Image(
      ExportTarget target, @Nullable String backing, RestoreReport report, long fileBytes) {
    static Image of(
        ExportTarget target, @Nullable String backing, RestoreReport report, boolean published)
        throws IOException {
      long bytes = published ? FileStatus.of(Path.of(target.file())).allocatedBytes() : 0;
      return new Image(target, backing, report, bytes);
    }

    private Json json() {
      return new Json()
          .put("snapshot", target.snapshot().id().toString())
          .put("volume", target.volume().name())
          .put("target", target.file())
          .put("backing", Optional.ofNullable(backing))
          .put("bytesTotal", report.bytesTotal())
          .put("bytesWritten", report.bytesWritten())
          .put("bytesVerified", report.bytesVerified())
          .put("bytesOfFile", fileBytes);
    }
  }

  @Override
  public ExitCode exitCode() {
    return problems.isEmpty() ? ExitCode.ofWarnings(recordWarnings) : ExitCode.of(problems);
  }

  @Override
  public void print(PrintStream out) {
    if (published) {
      images.forEach(image -> print(image, out));
    }
    if (!problems.isEmpty()) {
      problems.forEach(problem -> out.println(problem.message()));
      out.printf(
          Locale.ROOT,
          published
              ? "LOST: %s, in the byte ranges above, which read as zeros. The rest was exported.%n"
              : "NOT exported: %s are lost, in the byte ranges above; to do without them, say"
                  + " --keep-damaged.%n",
          Units.bytes(Describe.bytesLost(problems)));
    }
  }

  private static void print(Image image, PrintStream out) {
    RestoreReport report = image.report;
    out.printf(
        Locale.ROOT,
        "Exported %s of snapshot %s to %s%n",
        image.target.volume().name(),
        Describe.shortId(image.target.snapshot().id()),
        image.target.file());
    Table table =
        Table.ofFields()
            .row("  size", Units.bytes(report.bytesTotal()))
            .row(
                "  written",
                String.format(
                    Locale.ROOT,
                    "%s in %s",
                    Units.bytes(report.bytesWritten()),
                    Units.duration(report.durationMillis())))
            .row("  file", Units.bytes(image.fileBytes) + " on disk");
    if (image.backing != null) {
      table.row("  backing", image.backing);
    }
    table
        .row(
            "  verified",
            "all of the file read back, " + Units.bytes(report.bytesVerified()) + " compared")
        .print(out);
  }

  @Override
  public Json json() {
    return new Json()
        .put("format", kind.word())
        .putObjects("images", images.stream().map(Image::json).toList())
        .put("durationMillis", images.stream().mapToLong(i -> i.report.durationMillis()).sum())
        .putObjects("problems", Describe.problems(problems))
        .put("published", published)
        .put("ok", problems.isEmpty())
        .putTexts("warnings", recordWarnings);
  }
}
