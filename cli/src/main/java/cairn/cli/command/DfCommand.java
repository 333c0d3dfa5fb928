package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.inside.SpaceUse;
import cairn.filesystem.Place;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `cairn df`.
@Command(
    name = "df",
    header = "Show how full the file systems inside of snapshots, images or devices are.",
    description = {
      "Lists every file system that is found, with its size and what of it is in use by its own map"
          + " of free blocks.",
    },
    footer = {"%nExamples:", "  cairn df latest", "  cairn df disk.img other.img --json"})
@JsonFields({
  "fileSystems: list of name, address, type, label, uuid, size, used and free (null when unknown),"
      + " and reason (why they are, or null)",
  "warnings: snapshot records that are damaged, and what is not known",
})
final class DfCommand extends CairnCommand {
  @Mixin private final InsideAccess access;

  @Parameters(paramLabel = "SNAPSHOT", arity = "1..*", description = InsideName.WHOLE_TEXT)
  private List<String> names = List.of();

  DfCommand(Shell shell) {
    super(shell);
    this.access = new InsideAccess(shell);
  }

  /// A file system, and what it was found in.
  private record Line(String name, SpaceUse use) {
    Place place() {
      return use.place();
    }

    private static Optional<Long> number(OptionalLong bytes) {
      return bytes.isEmpty() ? Optional.empty() : Optional.of(bytes.getAsLong());
    }

    Json json() {
      Json json = new Json().put("name", name);
      return PlaceText.put(json, place())
          .put("used", number(use.used()))
          .put("free", number(use.free()))
          .put("reason", use.why());
    }
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    List<Line> lines = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (String name : names) {
      try (Inside inside = access.open(name)) {
        if (!inside.path().isEmpty()) {
          throw new UsageError("name what to look into without a path, not " + name);
        }
        for (Place place : inside.places().fileSystems()) {
          shell().cancellation().check();
          lines.add(new Line(inside.name(), SpaceUse.of(place)));
        }
        inside.warnings().stream().filter(each -> !warnings.contains(each)).forEach(warnings::add);
      }
    }
    for (Line line : lines) {
      line.use
          .why()
          .ifPresent(
              why -> warnings.add("what " + line.place().address() + " uses is not known: " + why));
    }
    return new Result(lines, warnings);
  }

  private record Result(List<Line> lines, List<String> warnings) implements Outcome {
    @Override
    public void print(PrintStream out) {
      if (lines.isEmpty()) {
        out.println("No file systems.");
        return;
      }
      Table table = Table.of("NAME", "PLACE", "TYPE", ">SIZE", ">USED", ">FREE", "LABEL", "UUID");
      for (Line line : lines) {
        Place place = line.place();
        table.row(
            line.name,
            place.address(),
            place.content().type(),
            Units.bytes(place.content().size()),
            bytes(line.use.used()),
            bytes(line.use.free()),
            place.content().label().orElse(""),
            place.content().uuid().orElse(""));
      }
      table.print(out);
    }

    private static String bytes(OptionalLong bytes) {
      return bytes.isEmpty() ? "?" : Units.bytes(bytes.getAsLong());
    }

    @Override
    public Json json() {
      return new Json()
          .putObjects("fileSystems", lines.stream().map(Line::json).toList())
          .putTexts("warnings", warnings);
    }
  }
}
