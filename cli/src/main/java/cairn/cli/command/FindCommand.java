package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.report.JsonFields;
import cairn.cli.report.JsonList;
import cairn.cli.shell.Shell;
import cairn.engine.files.Troubles;
import cairn.engine.files.Walk;
import cairn.engine.files.Walk.Met;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn find`.
@Command(
    name = "find",
    header = "Find files inside of a snapshot, image or device.",
    description = "Prints the paths of all files below PATH to which everything applies.",
    footer = {
      "%nExamples:",
      "  cairn find latest:/etc --name '*.conf'",
      "  cairn find latest --type f --size +100M",
      "  cairn find disk.img:p2/home --newer 2026-11-01",
    })
@JsonFields({
  "files: list of " + FileText.JSON,
  "problems: list of what could not be read, with kind, id, type and text",
  "warnings: snapshot records that are damaged",
})
final class FindCommand extends CairnCommand {
  @Mixin private final InsideAccess access;

  @Parameters(paramLabel = "SNAPSHOT[:PATH]", description = InsideName.TEXT)
  private String name = "";

  @Option(
      names = "--name",
      paramLabel = "GLOB",
      order = 10,
      description = "Those whose name fits: * is anything, ? one character, [a-z] one of some.")
  private @Nullable String glob;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      order = 11,
      description = "f: files, d: directories, l: links, b, c: devices, p: FIFOs, s: sockets.")
  private @Nullable String type;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      order = 12,
      description = "+1M: those larger than 1 MiB; -1M: smaller; 1M: of exactly this size.")
  private @Nullable String size;

  @Option(
      names = "--newer",
      paramLabel = "TIME",
      order = 13,
      description =
          "Those modified since 2026-11-01 or 2026-11-01T12:30 in the time zone of this machine.")
  private @Nullable String newer;

  FindCommand(Shell shell) {
    super(shell);
    this.access = new InsideAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    Predicate<Met> wanted = FileFilter.of(glob, type, size, newer);
    try (Inside inside = access.open(name)) {
      InsidePath path = InsidePath.find(inside, false);
      Troubles troubles = new Troubles();
      if (isJson()) {
        JsonList list = new JsonList(shell().out(), "files");
        find(path, troubles, wanted, met -> list.add(FileText.json(met)));
      } else {
        find(path, troubles, wanted, met -> shell().out().println(met.path()));
      }
      return new FileOutcome(troubles.problems(), inside.warnings());
    }
  }

  private void find(
      InsidePath path, Troubles troubles, Predicate<Met> wanted, Consumer<Met> showing)
      throws IOException {
    Met start = path.met();
    Finder finder = new Finder(wanted, showing);
    finder.entry(start, start);
    if (path.found().isDirectory()) {
      new Walk<>(shell().cancellation(), troubles, finder).run(start, start, true);
    }
  }

  private record Finder(Predicate<Met> wanted, Consumer<Met> showing) implements Walk.Visitor<Met> {
    @Override
    public void entry(Met here, Met entry) {
      if (wanted.test(entry)) {
        showing.accept(entry);
      }
    }

    @Override
    public Optional<Met> enter(Met above, Met directory) {
      return Optional.of(directory);
    }
  }
}
