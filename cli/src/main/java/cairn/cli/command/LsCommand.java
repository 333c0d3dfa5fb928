package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.report.JsonFields;
import cairn.cli.report.JsonList;
import cairn.cli.report.Table;
import cairn.cli.shell.Shell;
import cairn.engine.files.Troubles;
import cairn.engine.files.Walk;
import cairn.engine.files.Walk.Met;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn ls`.
@Command(
    name = "ls",
    header = "List files inside of a snapshot, image or device.",
    description = {
      "Lists a directory or a file. The file system is read by Cairn itself and not mounted, and"
          + " need not be known to the kernel. Owners are numbers: those of the machine that was"
          + " backed up may be others than those of this one.",
      "What is no text in a name, or controls a terminal, is shown as \\xNN, and may be written so"
          + " in a path.",
    },
    footer = {
      "%nExamples:",
      "  cairn ls latest",
      "  cairn ls -l latest:/etc",
      "  cairn ls disk.img:p2/home",
      "  cairn ls -R latest:laptop:LABEL=root/etc",
    })
@JsonFields({
  "files: list of " + FileText.JSON,
  "problems: list of what could not be read, with kind, id, type and text",
  "warnings: snapshot records that are damaged",
})
final class LsCommand extends CairnCommand {
  @Mixin private final InsideAccess access;

  @Parameters(paramLabel = "SNAPSHOT[:PATH]", description = InsideName.TEXT)
  private String name = "";

  @Option(
      names = "-l",
      order = 10,
      description = "Also show mode, links, owner, size and time of each file.")
  private boolean isLong;

  @Option(
      names = {"-R", "--recursive"},
      order = 11,
      description = "Also list what is below directories.")
  private boolean deep;

  private boolean printed;

  LsCommand(Shell shell) {
    super(shell);
    this.access = new InsideAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Inside inside = access.open(name)) {
      InsidePath path = InsidePath.find(inside, false);
      Troubles troubles = new Troubles();
      if (isJson()) {
        JsonList list = new JsonList(shell().out(), "files");
        list(
            path,
            troubles,
            (directory, files) -> files.forEach(met -> list.add(FileText.json(met))));
      } else {
        list(path, troubles, this::print);
      }
      return new FileOutcome(troubles.problems(), inside.warnings());
    }
  }

  /// Shows what was found.
  private interface Showing {
    /// @param directory empty for a file by itself
    void show(Optional<String> directory, List<Met> files);
  }

  private void list(InsidePath path, Troubles troubles, Showing showing) throws IOException {
    if (!path.found().isDirectory()) {
      showing.show(Optional.empty(), List.of(path.met()));
      return;
    }
    Lister lister = new Lister(showing);
    new Walk<>(shell().cancellation(), troubles, lister)
        .run(new Listed(path.path(), new ArrayList<>()), path.met(), deep);
  }

  private record Listed(String path, List<Met> entries) {}

  private record Lister(Showing showing) implements Walk.Visitor<Listed> {
    @Override
    public void entry(Listed here, Met entry) {
      here.entries.add(entry);
    }

    @Override
    public Optional<Listed> enter(Listed above, Met directory) {
      return Optional.of(new Listed(directory.path(), new ArrayList<>()));
    }

    @Override
    public void leave(Listed here) {
      showing.show(Optional.of(here.path), FileText.sorted(here.entries));
      here.entries.clear();
    }
  }

  private void print(Optional<String> directory, List<Met> files) {
    PrintStream out = shell().out();
    if (deep && directory.isPresent()) {
      out.println((printed ? System.lineSeparator() : "") + directory.get() + ":");
      printed = true;
    }
    if (isLong) {
      Table table = Table.of("", ">", ">", ">", ">", "", "");
      files.forEach(met -> table.row(FileText.row(met, met.name().toString())));
      table.print(out);
    } else {
      files.forEach(met -> out.println(met.name()));
    }
  }
}
