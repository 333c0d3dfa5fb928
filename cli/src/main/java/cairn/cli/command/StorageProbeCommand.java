package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.report.Table;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Shell;
import cairn.repository.NoRepository;
import cairn.repository.Repository;
import cairn.storage.DirectoryStorage;
import cairn.storage.ProbeResult;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn storage probe`.
@Command(
    name = "probe",
    header = "Make a storage prove what the safety of backups rests on.",
    description = {
      "Tries, in a folder of its own that it removes, whether the storage keeps each promise that"
          + " the engine relies on. Works on a repository and on an empty folder.",
    },
    footer = {"%nExamples:", "  cairn storage probe", "  cairn storage probe -r /mnt/disk/backups"})
@JsonFields({
  "location: the folder",
  "ok: whether a repository can be kept there",
  "properties: list of property, outcome (passed, warned, failed or waived), found, neededFor,"
      + " remedy",
})
final class StorageProbeCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  StorageProbeCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (DirectoryStorage storage = access.storage()) {
      Set<String> waivers = waivers(storage);
      return new Result(
          storage.location(),
          RepositoryMaker.probe(
              storage.waiving(waivers), shell().surroundings().get().chance(), waivers));
    }
  }

  private static Set<String> waivers(DirectoryStorage storage) throws IOException, CorruptData {
    try {
      return Set.copyOf(Repository.readConfig(storage).waivers());
    } catch (NoRepository e) {
      return Set.of();
    }
  }

  private record Result(String location, List<ProbeResult> results) implements Outcome {
    @Override
    public ExitCode exitCode() {
      if (!isOk()) {
        return ExitCode.FAILED;
      }
      boolean all = results.stream().allMatch(each -> each.outcome() == ProbeResult.Outcome.PASSED);
      return all ? ExitCode.GOOD : ExitCode.WARNINGS;
    }

    private boolean isOk() {
      return results.stream().allMatch(ProbeResult::isAcceptable);
    }

    @Override
    public void print(PrintStream out) {
      Table table = Table.of("PROPERTY", "OUTCOME", "FOUND");
      results.forEach(each -> table.row(each.property().word(), outcome(each), each.found()));
      table.print(out);
      results.stream()
          .filter(each -> each.outcome() != ProbeResult.Outcome.PASSED)
          .forEach(each -> out.println(each.message()));
      out.println(location + (isOk() ? " can" : " cannot") + " hold a repository.");
    }

    private static String outcome(ProbeResult result) {
      return result.outcome().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Json json() {
      return new Json()
          .put("location", location)
          .put("ok", isOk())
          .putObjects("properties", results.stream().map(Result::json).toList());
    }

    private static Json json(ProbeResult result) {
      return new Json()
          .put("property", result.property().word())
          .put("outcome", outcome(result))
          .put("found", result.found())
          .put("neededFor", result.property().neededFor())
          .put("remedy", result.property().remedy());
    }
  }
}
