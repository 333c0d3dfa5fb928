package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Explained;
import cairn.cli.shell.ProgressLine;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.Cancellation;
import cairn.engine.files.Copy;
import cairn.engine.files.CopyReport;
import cairn.engine.files.CopyRequest;
import cairn.engine.files.TargetFailed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn cp`.
@Command(
    name = "cp",
    header = "Copy files and directories out of a snapshot, image or device.",
    description = {
      "Copies a file, or a directory with all that is in it, with modes, owners, times, extended"
          + " attributes, access lists, links, holes and devices. DEST is a directory to put it"
          + " into, or the name of the copy. With a slash at the end of PATH, or for a whole file"
          + " system, what is in the directory goes into DEST itself.",
      "What is there is not written to: directories get further entries, a file whose name is taken"
          + " is left out unless --force says to replace it. No symbolic link in DEST is followed.",
      "What cannot be read is named, and the rest is copied. The exit code is then 4 for damage, 1"
          + " for anything else. Where only owners, attributes or devices could not be restored, as"
          + " for users other than root, it is 3.",
    },
    footer = {
      "%nExamples:",
      "  cairn cp latest:/etc/fstab .",
      "  cairn cp latest:/home/ada /srv/rescued",
      "  cairn cp disk.img:p2/ rescued",
    })
@JsonFields({
  "source: what was copied",
  "target: where to",
  "files: regular files copied",
  "directories: directories copied, or found there",
  "others: links, devices, FIFOs and sockets copied",
  "bytes: bytes of content written, without holes",
  "durationMillis: time that it took",
  "problems: list of what was not copied, or not wholly, with kind, id, type and text",
  "ok: whether there are no problems",
  "warnings: what could not be set of the copies, and snapshot records that are damaged",
})
final class CpCommand extends CairnCommand {
  @Mixin private final InsideAccess access;

  @Parameters(index = "0", paramLabel = "SNAPSHOT:PATH", description = InsideName.TEXT)
  private String name = "";

  @Parameters(index = "1", paramLabel = "DEST", description = "A directory, or a new name.")
  private String target = "";

  @Option(names = "--force", order = 10, description = "Replace files that are there.")
  private boolean force;

  CpCommand(Shell shell) {
    super(shell);
    this.access = new InsideAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Inside inside = access.openForContent(name);
        ProgressLine progress = shell().progress()) {
      InsidePath path = InsidePath.find(inside, false);
      CopyRequest request =
          new CopyRequest(path.path(), path.found(), path.path().endsWith("/"), target(), force);
      Copy copy = new Copy(shell().surroundings().get(), progress, shell().cancellation());
      return new Result(name, target, copy.run(request), inside.warnings());
    } catch (TargetFailed | Cancellation.Cancelled e) {
      throw new Explained(e, "the copy in " + target + " is incomplete");
    }
  }

  private Path target() throws UsageError {
    try {
      return Path.of(target);
    } catch (InvalidPathException e) {
      throw new UsageError("'" + target + "' is no path", e);
    }
  }

  private record Result(
      String source, String target, CopyReport report, List<String> recordWarnings)
      implements Outcome {
    @Override
    public ExitCode exitCode() {
      return report.problems().isEmpty()
          ? ExitCode.ofWarnings(warnings())
          : ExitCode.of(report.problems());
    }

    @Override
    public List<String> warnings() {
      List<String> warnings = new ArrayList<>(recordWarnings);
      warnings.addAll(report.warnings());
      return warnings;
    }

    @Override
    public void print(PrintStream out) {
      out.println("Copied " + source + " to " + target);
      Table.ofFields()
          .row("  files", Units.count(report.files()))
          .row("  directories", Units.count(report.directories()))
          .row("  others", Units.count(report.others()))
          .row(
              "  written",
              String.format(
                  Locale.ROOT,
                  "%s in %s, %s",
                  Units.bytes(report.bytes()),
                  Units.duration(report.durationMillis()),
                  Units.rate(report.bytes(), report.durationMillis())))
          .print(out);
      if (!report.problems().isEmpty()) {
        report.problems().stream().map(Problem::message).forEach(out::println);
        out.println("NOT everything was copied, see above. The rest was.");
      }
    }

    @Override
    public Json json() {
      return new Json()
          .put("source", source)
          .put("target", target)
          .put("files", report.files())
          .put("directories", report.directories())
          .put("others", report.others())
          .put("bytes", report.bytes())
          .put("durationMillis", report.durationMillis())
          .putObjects("problems", Describe.problems(report.problems()))
          .put("ok", report.problems().isEmpty())
          .putTexts("warnings", warnings());
    }
  }
}
