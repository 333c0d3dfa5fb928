package cairn.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A command that has commands and does nothing by itself.
@Command(sortOptions = false, synopsisHeading = "Usage: ", commandListHeading = "%nCommands:%n")
abstract class GroupCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  @Override
  public final Integer call() {
    throw new ParameterException(spec.commandLine(), "name one of its commands");
  }

  /// `cairn key`.
  @Command(
      name = "key",
      header = "Add, remove, list and print the keys of an encrypted repository.",
      description = {
        "An encrypted repository has one master key, kept in key slots; each slot opens with a"
            + " secret of its own: a passphrase, a key file, or a recovery key. Slots come and go"
            + " without anything being encrypted again.",
      },
      footer = {
        "%nExamples:",
        "  cairn key list",
        "  cairn key add --label desk",
        "  cairn key export"
      })
  static final class Key extends GroupCommand {}

  /// `cairn policy`.
  @Command(
      name = "policy",
      header = "Store with the repository how long to keep snapshots.",
      description = {
        "A policy says what 'cairn forget' keeps of a group when it is given neither snapshots nor"
            + " --keep options. Each group can have its own, and there can be one for all groups"
            + " without.",
      },
      footer = {
        "%nExamples:",
        "  cairn policy set --default --keep-daily 7 --keep-weekly 4 --keep-monthly 12",
        "  cairn policy list",
        "  cairn forget --dry-run",
      })
  static final class Policy extends GroupCommand {}

  /// `cairn storage`.
  @Command(
      name = "storage",
      header = "Examine where repositories are kept.",
      footer = {"%nExamples:", "  cairn storage probe -r /mnt/disk/backups"})
  static final class Storage extends GroupCommand {}

  /// `cairn tracker`.
  @Command(
      name = "tracker",
      header = "See what is written to devices, so that the next backup reads only that.",
      description = {
        "A tracker marks in memory which parts of a device are written to: 16 MB for each TB. It"
            + " observes and is in nobody's way. It goes on until the machine stops or the tracker"
            + " is stopped; what is not certain counts as written to.",
        "A backup relies on it only with proof that it has been there since the last snapshot, and"
            + " reads a sample of the rest all the same.",
      },
      footer = {
        "%nExamples:",
        "  cairn tracker start",
        "  cairn tracker status",
        "  cairn tracker stop /dev/sda",
      })
  static final class Tracker extends GroupCommand {}
}
