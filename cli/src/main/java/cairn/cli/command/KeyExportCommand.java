package cairn.cli.command;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.ObjectId;
import cairn.cli.command.RepositoryAccess.Closed;
import cairn.cli.report.Json;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Shell;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.PaperKey;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `cairn key export`.
@Command(
    name = "export",
    header = "Print the master key, to be kept on paper.",
    description = {
      "Whoever has what is printed can read the repository, now and for ever: print it, put it into"
          + " a safe, and leave no copy on a disk. It opens the repository even when all key slots"
          + " are lost; type it into a file and give that as --paper-key-file.",
    },
    footer = {
      "%nExamples:",
      "  cairn key export | lp",
      "  cairn snapshots --paper-key-file typed.txt"
    })
@JsonFields({
  "repository: id of the repository",
  "paper: list of lines to print",
})
final class KeyExportCommand extends CairnCommand {
  @Mixin private final RepositoryAccess access;

  KeyExportCommand(Shell shell) {
    super(shell);
    this.access = new RepositoryAccess(shell);
  }

  @Override
  Outcome run() throws IOException, CorruptData {
    try (Closed closed = access.openStorage()) {
      ConfigChange.slots(closed);
      ObjectId repository = closed.config().repository();
      try (MasterKey master = access.keys().masterKey(closed.config());
          PaperKey paper = PaperKey.of(repository, master)) {
        return new Result(repository, paper.text().lines().toList());
      }
    }
  }

  private record Result(ObjectId repository, List<String> paper) implements Outcome {
    @Override
    public void print(PrintStream out) {
      paper.forEach(out::println);
    }

    @Override
    public Json json() {
      return new Json().put("repository", repository.toString()).putTexts("paper", paper);
    }
  }
}
