package cairn.cli.command;

import cairn.cli.shell.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `cairn` itself.
@Command(
    name = "cairn",
    version = Version.PROGRAM,
    header = "Block-level backup of disks and images: incremental, deduplicated, verified.",
    description = {
      "Takes an image of a disk or file into a repository, again and again at the cost of what has"
          + " changed, checks what it has, and gives it back bit for bit.",
    },
    footer = {
      "%nExamples:",
      "  cairn backup disk.img",
      "  cairn snapshots",
      "  cairn restore latest copy.img",
      "%n'cairn help COMMAND' says more of a command.",
    },
    sortOptions = false,
    synopsisHeading = "Usage: ",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n")
final class Cairn implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and end.")
  boolean version;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
