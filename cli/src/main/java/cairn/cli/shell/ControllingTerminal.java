package cairn.cli.shell;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// The terminal that controls the process. Secrets are asked for there whatever the standard
/// streams are, so that `cairn show latest | less` can ask too; [System#console()] cannot.
public final class ControllingTerminal implements Terminal {
  private static final Path DEVICE = Path.of("/dev/tty");

  private volatile boolean asking;

  @Override
  public boolean isWatched() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  @Override
  public char[] askSecret(String prompt) throws IOException {
    try (InputStream in = new FileInputStream(DEVICE.toFile());
        OutputStream out = new FileOutputStream(DEVICE.toFile())) {
      out.write(prompt.getBytes(StandardCharsets.UTF_8));
      asking = true;
      echo(false);
      try {
        return readLine(in);
      } finally {
        echo(true);
        asking = false;
        out.write('\n');
      }
    } catch (FileNotFoundException e) {
      return NOBODY.askSecret(prompt);
    }
  }

  /// Stops asking, because the process ends.
  ///
  /// @return whether something was being asked
  boolean abandon() {
    if (!asking) {
      return false;
    }
    try {
      echo(true);
    } catch (IOException e) {
      return true; // the terminal is gone
    }
    return true;
  }

  private static char[] readLine(InputStream in) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    int octet = in.read();
    while (octet >= 0 && octet != '\n') {
      octets.write(octet);
      octet = in.read();
    }
    byte[] line = octets.toByteArray();
    CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line));
    Arrays.fill(line, (byte) 0);
    char[] characters = Arrays.copyOf(decoded.array(), decoded.limit());
    Arrays.fill(decoded.array(), '\0');
    return characters;
  }

  private static void echo(boolean wanted) throws IOException {
    Process stty =
        new ProcessBuilder("stty", wanted ? "echo" : "-echo")
            .redirectInput(DEVICE.toFile())
            .redirectErrorStream(true)
            .start();
    try {
      if (stty.waitFor() != 0) {
        throw new IOException("the terminal cannot be kept from showing what is typed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking", e);
    }
  }
}
