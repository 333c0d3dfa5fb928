package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.cli.command.Commands;
import cairn.cli.manual.Manual;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Shell;
import cairn.cli.shell.Terminal;
import cairn.cli.shell.Version;
import cairn.engine.Cancellation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class HelpTest {
  @TempDir Path folder;

  static CommandLine commands() {
    Shell.Streams streams = new Shell.Streams(System.out, System.err);
    return Commands.all(Wiring.shell(streams, Terminal.NOBODY, new Cancellation()));
  }

  @Test
  void everyCommandSaysWhatItDoesAndGivesAnExample() {
    List<CommandSpec> all = new ArrayList<>();
    collect(commands(), all);
    assertThat(all).hasSizeGreaterThan(17);
    for (CommandSpec spec : all) {
      String[] words =
          (spec.qualifiedName() + " --help").substring("cairn ".length()).split(" ", -1);
      Desk.Result help = new Desk().run((Object[]) words).expect(0);
      assertThat(help.out())
          .as(spec.qualifiedName())
          .contains("Usage: " + spec.qualifiedName(), "Examples:", "--help")
          .containsPattern("(?m)^  (source <\\()?cairn ");
      assertThat(help.out().lines()).allMatch(line -> line.length() <= 90);
    }
  }

  @Test
  void theHelpListsCommandsAndExitCodes() {
    String help = new Desk().run("--help").expect(0).out();
    for (ExitCode code : ExitCode.values()) {
      assertThat(help)
          .containsPattern("(?m)^  " + code.number() + " +" + Pattern.quote(code.meaning()));
    }
    commands().getSubcommands().keySet().forEach(name -> assertThat(help).contains("\n  " + name));
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(new Desk().run("--version").expect(0).out())
        .isEqualToNormalizingNewlines(Version.PROGRAM + "\n");
  }

  @Test
  void everyCommandHasAManPageThatManUnderstands() throws IOException {
    Manual.main(new String[] {folder.toString()});
    List<CommandSpec> all = new ArrayList<>();
    collect(commands(), all);
    for (CommandSpec spec : all) {
      String page = Files.readString(folder.resolve("man/" + spec.qualifiedName("-") + ".1"));
      assertThat(page)
          .contains(".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"EXIT STATUS\"", ".SH \"EXAMPLES\"")
          .contains("\\fB130\\fR");
      assertThat(page.lines()).as("no word is taken for a command").allMatch(HelpTest::isRoff);
    }
    assertThat(folder.resolve("man/cairn.1"))
        .content()
        .contains("cairn backup", "CAIRN_REPOSITORY");
  }

  @Test
  void completionKnowsTheCommands() throws IOException {
    String script = new Desk().run("completion").expect(0).out();
    assertThat(script).contains("rebuild-index", "--read-data", "--passphrase-file");
    Path file = Files.writeString(folder.resolve("completion.bash"), script);
    cairn.linux.test.Command.run("bash", "-n", file.toString());
  }

  private static boolean isRoff(String line) {
    return !line.startsWith("'")
        && (!line.startsWith(".") || line.matches("\\.(TH|SH|PP|TP|nf|fi|RS|RE)\\b.*"));
  }

  private static void collect(CommandLine command, List<CommandSpec> all) {
    for (CommandLine each : command.getSubcommands().values()) {
      if (!each.getCommandName().equals("help")) {
        all.add(each.getCommandSpec());
        collect(each, all);
      }
    }
  }
}
