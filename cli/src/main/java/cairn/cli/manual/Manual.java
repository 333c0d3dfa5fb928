package cairn.cli.manual;

import cairn.cli.command.Commands;
import cairn.cli.shell.Environment;
import cairn.cli.shell.Shell;
import cairn.cli.shell.Terminal;
import cairn.engine.Cancellation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;

/// Writes a man page for each command, and the completion script, into the distribution. Run by the
/// build.
public final class Manual {
  private final Path folder;

  private Manual(Path folder) {
    this.folder = folder;
  }

  /// @param arguments the folder of the distribution
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(Path distribution) throws IOException {
    CommandLine all = Commands.all(shell());
    Path manual = Files.createDirectories(distribution.resolve("man"));
    new Manual(manual).writePages(all);
    Path completion = Files.createDirectories(distribution.resolve("completion"));
    Files.writeString(completion.resolve("cairn.bash"), AutoComplete.bash("cairn", all));
  }

  private void writePages(CommandLine command) throws IOException {
    ManPage page = new ManPage(command);
    Files.writeString(folder.resolve(page.name() + ".1"), page.text());
    for (CommandLine each : command.getSubcommands().values()) {
      if (!each.getCommandName().equals("help")) {
        writePages(each);
      }
    }
  }

  /// Commands are looked at here, not run.
  private static Shell shell() {
    return new Shell(
        new Shell.Streams(System.out, System.err),
        Terminal.NOBODY,
        new Environment(Map.of(), false),
        () -> {
          throw new IllegalStateException("nothing is run");
        },
        new Cancellation());
  }
}
