package cairn.export.nbd;

import cairn.volume.nbd.Limits;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where to listen: `ADDR`, `ADDR:PORT`, `[IPV6]:PORT`, `:PORT`, or `unix:PATH`.
///
/// @param host of a TCP socket
/// @param port 0 for any that is free
/// @param socket the path of a Unix socket, absolute
public record Address(String host, int port, Optional<Path> socket) {
  public static final String DEFAULT_HOST = "127.0.0.1";

  private static final String UNIX = "unix:";
  private static final Pattern TCP =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]]*))(?::(\\d{1,5}))?");
  private static final int PORT_MAX = 65535;

  /// @throws IllegalArgumentException saying what is wrong with it
  public static Address parse(String text) {
    if (text.startsWith(UNIX)) {
      return unix(text.substring(UNIX.length()));
    }
    Matcher tcp = TCP.matcher(text);
    if (text.isEmpty() || !tcp.matches()) {
      throw wrong(text);
    }
    String name = tcp.group(1) == null ? tcp.group(2) : tcp.group(1);
    int port = tcp.group(3) == null ? Limits.PORT : Integer.parseInt(tcp.group(3));
    if (port > PORT_MAX) {
      throw wrong(text);
    }
    return new Address(name.isEmpty() ? DEFAULT_HOST : name, port, Optional.empty());
  }

  private static Address unix(String path) {
    try {
      if (!path.isEmpty()) {
        return new Address("", 0, Optional.of(Path.of(path).toAbsolutePath()));
      }
    } catch (InvalidPathException e) {
      throw wrong(UNIX + path);
    }
    throw wrong(UNIX + path);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no address to listen at; write ADDR, ADDR:PORT or unix:PATH");
  }

  @Override
  public String toString() {
    return socket.map(path -> UNIX + path).orElse(host + ":" + port);
  }
}
