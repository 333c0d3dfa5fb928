package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.report.Units;
import cairn.cli.shell.Shell;
import cairn.engine.capture.KeptTracker;
import cairn.engine.capture.KeptTrackers;
import cairn.linux.tracking.ChangeTracker;
import cairn.linux.tracking.TrackingSupport;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `cairn tracker status`.
@Command(
    name = "status",
    header = "Show the trackers and what they have seen.",
    description = {
      "MARKED is what was ever written to since the tracker was started, in blocks of 64 KiB; a"
          + " backup reads of it what was written to since the last snapshot. Each backup takes"
          + " some of the 255 generations that a tracker has; when fewer than 40 are left it is"
          + " used up, and 'cairn tracker start' replaces it.",
    },
    footer = {"%nExamples:", "  cairn tracker status", "  cairn tracker status /dev/sda --json"})
@JsonFields({
  "trackers: list of device, state (tracking, lost, used up, gone, broken or none), why (null while"
      + " tracking), tracker (its id), offset and size of what is tracked on the disk, bytesMarked,"
      + " generation, memory in bytes and attached (typed or perf); the last seven null when there"
      + " is no tracker to ask"
})
final class TrackerStatusCommand extends CairnCommand {
  private static final int GENERATIONS = 255;

  @Parameters(
      paramLabel = "DEVICE",
      arity = "0..*",
      description = "Whose tracker to show. Default: all trackers.")
  private List<String> names = List.of();

  TrackerStatusCommand(Shell shell) {
    super(shell);
  }

  @Override
  Outcome run() throws IOException {
    Devices devices = Devices.live();
    KeptTrackers trackers = new KeptTrackers(Trackers.FOLDER, devices.stack());
    List<Line> lines = new ArrayList<>();
    for (String name : devices.kernelNames(names, trackers)) {
      Optional<KeptTracker> found = trackers.find(name);
      if (found.isEmpty()) {
        lines.add(Line.none(Devices.path(name)));
        continue;
      }
      try (KeptTracker kept = found.get()) {
        lines.add(Line.of(kept));
      }
    }
    return new Result(lines);
  }

  /// What is shown of one.
  ///
  /// @param state a word
  /// @param why half a sentence; empty while tracking
  private record Line(String device, String state, String why, Optional<Facts> facts) {
    private record Facts(
        String id, long offset, long size, long marked, int generation, long memory, String way) {}

    static Line none(String device) {
      return new Line(device, "none", "there is no tracker", Optional.empty());
    }

    static Line of(KeptTracker kept) throws IOException {
      Optional<Facts> facts =
          kept.tracker().isEmpty() ? Optional.empty() : Optional.of(facts(kept.tracker().get()));
      return new Line(Devices.path(kept.name()), kept.state().word(), kept.why(), facts);
    }

    private static Facts facts(ChangeTracker tracker) throws IOException {
      long[] marked = {0};
      tracker.changedSince(1, (offset, length) -> marked[0] += length);
      return new Facts(
          tracker.id().toString(),
          tracker.range().offset(),
          tracker.range().length(),
          marked[0],
          tracker.generation(),
          tracker.memoryBytes(),
          tracker.way() == TrackingSupport.Way.TYPED ? "typed" : "perf");
    }

    boolean isGood() {
      return state.equals(KeptTracker.State.TRACKING.word());
    }

    String remedy() {
      if (state.equals(KeptTracker.State.LOST.word())) {
        return "the next backup reads everything, and then it is good again";
      }
      return state.equals(KeptTracker.State.GONE.word())
          ? "'cairn tracker stop " + device + "' removes it"
          : "'cairn tracker start " + device + "' starts a new one";
    }

    void addTo(Table table) {
      table.row(
          device,
          facts.map(each -> Units.bytes(each.size)).orElse("-"),
          state,
          facts.map(each -> Units.bytes(each.marked)).orElse("-"),
          facts.map(each -> each.generation + " of " + GENERATIONS).orElse("-"),
          facts.map(each -> Units.bytes(each.memory)).orElse("-"),
          facts.map(Facts::way).orElse("-"));
    }

    Json json() {
      return new Json()
          .put("device", device)
          .put("state", state)
          .put("why", Json.unlessEmpty(why))
          .put("tracker", facts.map(Facts::id))
          .put("offset", facts.map(Facts::offset))
          .put("size", facts.map(Facts::size))
          .put("bytesMarked", facts.map(Facts::marked))
          .put("generation", facts.map(Facts::generation))
          .put("memory", facts.map(Facts::memory))
          .put("attached", facts.map(Facts::way));
    }
  }

  private record Result(List<Line> lines) implements Outcome {
    @Override
    public List<String> warnings() {
      return lines.stream()
          .filter(line -> !line.isGood())
          .map(line -> line.device + " is not tracked: " + line.why + "; " + line.remedy())
          .toList();
    }

    @Override
    public void print(PrintStream out) {
      if (lines.isEmpty()) {
        out.println("There are no trackers; 'cairn tracker start' starts them.");
        return;
      }
      Table table =
          Table.of("DEVICE", ">SIZE", "STATE", ">MARKED", ">GENERATION", ">MEMORY", "ATTACHED");
      lines.forEach(line -> line.addTo(table));
      table.print(out);
    }

    @Override
    public Json json() {
      return new Json().putObjects("trackers", lines.stream().map(Line::json).toList());
    }
  }
}
