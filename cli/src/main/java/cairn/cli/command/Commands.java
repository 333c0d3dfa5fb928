package cairn.cli.command;

import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Shell;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.HelpCommand;

/// All commands, in the order of the help. One that is not run is not made either: looking at the
/// annotations of all of them would take longer than most of them run.
public final class Commands {
  private static final Map<String, Function<Shell, CommandLine>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("init", shell -> new CommandLine(new InitCommand(shell)));
    ALL.put("backup", shell -> new CommandLine(new BackupCommand(shell)));
    ALL.put("snapshots", shell -> new CommandLine(new SnapshotsCommand(shell)));
    ALL.put("show", shell -> new CommandLine(new ShowCommand(shell)));
    ALL.put("diff", shell -> new CommandLine(new DiffCommand(shell)));
    ALL.put("restore", shell -> new CommandLine(new RestoreCommand(shell)));
    ALL.put("nbd", shell -> new CommandLine(new NbdCommand(shell)));
    ALL.put("export", shell -> new CommandLine(new ExportCommand(shell)));
    ALL.put("ls", shell -> new CommandLine(new LsCommand(shell)));
    ALL.put("cat", shell -> new CommandLine(new CatCommand(shell)));
    ALL.put("cp", shell -> new CommandLine(new CpCommand(shell)));
    ALL.put("find", shell -> new CommandLine(new FindCommand(shell)));
    ALL.put("mount", shell -> new CommandLine(new MountCommand(shell)));
    ALL.put("df", shell -> new CommandLine(new DfCommand(shell)));
    ALL.put("fsck", shell -> new CommandLine(new FsckCommand(shell)));
    ALL.put("check", shell -> new CommandLine(new CheckCommand(shell)));
    ALL.put("stats", shell -> new CommandLine(new StatsCommand(shell)));
    ALL.put("forget", shell -> new CommandLine(new ForgetCommand(shell)));
    ALL.put("pin", shell -> new CommandLine(new PinCommand(shell)));
    ALL.put("unpin", shell -> new CommandLine(new UnpinCommand(shell)));
    ALL.put("policy", Commands::policy);
    ALL.put("gc", shell -> new CommandLine(new GcCommand(shell)));
    ALL.put("tracker", Commands::tracker);
    ALL.put("doctor", shell -> new CommandLine(new DoctorCommand(shell)));
    ALL.put("key", Commands::key);
    ALL.put("rebuild-index", shell -> new CommandLine(new RebuildIndexCommand(shell)));
    ALL.put("storage", Commands::storage);
    ALL.put("completion", shell -> new CommandLine(new CompletionCommand(shell)));
    ALL.put("help", shell -> new CommandLine(new HelpCommand()));
  }

  private Commands() {}

  /// The command line with every command.
  public static CommandLine all(Shell shell) {
    CommandLine line = new CommandLine(new Cairn());
    ALL.forEach((name, make) -> line.addSubcommand(name, make.apply(shell)));
    return configured(line, shell);
  }

  /// The command line with as many commands as these arguments need.
  public static CommandLine suitedTo(String[] arguments, Shell shell) {
    String first = arguments.length == 0 ? "" : arguments[0];
    if (first.equals("--version") || first.equals("-V")) {
      return configured(new CommandLine(new Cairn()), shell);
    }
    Function<Shell, CommandLine> make = ALL.get(first);
    if (make == null || first.equals("help")) {
      return all(shell);
    }
    CommandLine line = new CommandLine(new Cairn());
    return configured(line.addSubcommand(first, make.apply(shell)), shell);
  }

  private static CommandLine key(Shell shell) {
    return new CommandLine(new GroupCommand.Key())
        .addSubcommand("add", new KeyAddCommand(shell))
        .addSubcommand("remove", new KeyRemoveCommand(shell))
        .addSubcommand("list", new KeyListCommand(shell))
        .addSubcommand("export", new KeyExportCommand(shell));
  }

  private static CommandLine policy(Shell shell) {
    return new CommandLine(new GroupCommand.Policy())
        .addSubcommand("set", new PolicySetCommand(shell))
        .addSubcommand("list", new PolicyListCommand(shell))
        .addSubcommand("remove", new PolicyRemoveCommand(shell));
  }

  private static CommandLine storage(Shell shell) {
    return new CommandLine(new GroupCommand.Storage())
        .addSubcommand("probe", new StorageProbeCommand(shell));
  }

  private static CommandLine tracker(Shell shell) {
    return new CommandLine(new GroupCommand.Tracker())
        .addSubcommand("start", new TrackerStartCommand(shell))
        .addSubcommand("status", new TrackerStatusCommand(shell))
        .addSubcommand("stop", new TrackerStopCommand(shell))
        .addSubcommand("run", new TrackerRunCommand(shell));
  }

  private static CommandLine configured(CommandLine line, Shell shell) {
    showExitCodes(line);
    showArguments(line);
    return line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
        .setUsageHelpWidth(90)
        .setUsageHelpLongOptionsMaxWidth(30);
  }

  private static void showArguments(CommandLine line) {
    if (!line.getCommandSpec().positionalParameters().isEmpty()) {
      line.getCommandSpec().usageMessage().parameterListHeading("%nArguments:%n");
    }
    line.getSubcommands().values().forEach(Commands::showArguments);
  }

  private static void showExitCodes(CommandLine line) {
    line.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.table());
  }
}
