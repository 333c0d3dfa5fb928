package cairn.cli.command;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.cli.command.InsideAccess.Inside;
import cairn.cli.shell.ExitCode;
import cairn.cli.shell.Shell;
import cairn.engine.Pipeline;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cairn cat`.
@Command(
    name = "cat",
    header = "Print files from inside of a snapshot, image or device.",
    description = {
      "Writes the content of each file to standard output, as it is. Symbolic links are followed"
          + " within their file system.",
    },
    footer = {
      "%nExamples:",
      "  cairn cat latest:/etc/fstab",
      "  cairn cat disk.img:p2/var/lib/app.db > app.db",
    },
    sortOptions = false,
    synopsisHeading = "Usage: ",
    optionListHeading = "%nOptions:%n")
final class CatCommand implements Callable<Integer> {
  private static final int PIECE_BYTES = 1 << 20;

  private final Shell shell;

  @Mixin private final InsideAccess access;

  @Parameters(paramLabel = "SNAPSHOT:PATH", arity = "1..*", description = InsideName.TEXT)
  private List<String> names = List.of();

  @Option(
      names = {"-h", "--help"},
      order = 101,
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  CatCommand(Shell shell) {
    this.shell = shell;
    this.access = new InsideAccess(shell);
  }

  @Override
  public Integer call() throws IOException, CorruptData {
    List<String> warnings = new ArrayList<>();
    for (String name : names) {
      try (Inside inside = access.openForContent(name)) {
        print(InsidePath.find(inside, true));
        warnings.addAll(inside.warnings());
      }
    }
    shell.out().flush();
    warnings.forEach(shell::warn);
    return ExitCode.ofWarnings(warnings).number();
  }

  private void print(InsidePath path) throws IOException, CorruptData {
    Attributes.Type type = path.found().node().attributes().type();
    if (type != Attributes.Type.REGULAR) {
      throw new IOException(path.path() + " is no file, but a " + FileText.type(type));
    }
    int threads = shell.surroundings().get().threads();
    try (BlockReader content = path.found().node().content();
        Pipeline<byte[]> pipeline =
            new Pipeline<>(
                threads, threads * 2, piece -> shell.out().write(piece, 0, piece.length))) {
      for (long at = 0; at < content.size(); at += PIECE_BYTES) {
        shell.cancellation().check();
        long offset = at;
        pipeline.submit(() -> piece(content, offset));
      }
      pipeline.drain();
    } catch (Unreadable e) {
      throw new IOException("cannot read " + path.path() + ": " + e.getMessage(), e);
    }
  }

  private static byte[] piece(BlockReader content, long offset) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE_BYTES, content.size() - offset)];
    content.read(offset, piece, 0, piece.length);
    return piece;
  }
}
