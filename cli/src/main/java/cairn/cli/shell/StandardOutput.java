package cairn.cli.shell;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Standard output that remembers why writing failed, which a [PrintStream] keeps to itself.
public final class StandardOutput extends FilterOutputStream {
  private @Nullable IOException failure;

  public StandardOutput(OutputStream out) {
    super(out);
  }

  public static StandardOutput ofProcess() {
    return new StandardOutput(new FileOutputStream(FileDescriptor.out));
  }

  /// The stream to print on, in UTF-8 whatever the locale; flushed by its user.
  public PrintStream printStream() {
    return new PrintStream(new java.io.BufferedOutputStream(this), false, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }

  /// Why output was lost. That a reader had enough, as `head` has, is no failure.
  public Optional<IOException> failure() {
    return Optional.ofNullable(failure)
        .filter(e -> !String.valueOf(e.getMessage()).contains("Broken pipe"));
  }
}
