package cairn.volume.nbd;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Where an export is, as the NBD URI document (`doc/uri.md`) writes it: `nbd://host:port/export`,
/// `nbd+unix:///export?socket=path`, and with TLS `nbds://` and `nbds+unix://`.
///
/// @param tls whether the connection must be encrypted
/// @param host a name or address; empty for a Unix socket
/// @param port 0 for a Unix socket
/// @param socket the Unix socket
/// @param export its name; empty for the default export
/// @param security what a client is told of encryption: no part of the place
public record NbdUri(
    boolean tls, String host, int port, Optional<Path> socket, String export, Security security) {
  private static final String SOCKET = "socket=";
  private static final String CERTIFICATES = "tls-certificates=";
  private static final String HOSTNAME = "tls-hostname=";
  private static final int PORT_MAX = 65_535;

  /// @param certificates a directory with `ca-cert.pem` and perhaps a client's own
  /// @param hostname that the server's certificate is for, if it is not the one in the URI
  public record Security(Optional<Path> certificates, Optional<String> hostname) {
    static final Security NONE = new Security(Optional.empty(), Optional.empty());
  }

  public static NbdUri tcp(boolean tls, String host, int port, String export) {
    return new NbdUri(tls, host, port, Optional.empty(), export, Security.NONE);
  }

  public static NbdUri unix(boolean tls, Path socket, String export) {
    return new NbdUri(tls, "", 0, Optional.of(socket), export, Security.NONE);
  }

  /// The name that the certificate of a server must be for: at a Unix socket `localhost`.
  String certifiedName() {
    return security.hostname().orElse(host.isEmpty() ? "localhost" : host);
  }

  /// Whether a text means to be one.
  public static boolean isOne(String text) {
    return text.matches("(?is)nbds?([+]unix)?:.*");
  }

  /// @throws URISyntaxException saying what is wrong with it
  public static NbdUri parse(String text) throws URISyntaxException {
    URI uri = new URI(text);
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    boolean tls = scheme.startsWith("nbds");
    String path = uri.getPath() == null ? "" : uri.getPath();
    String export = path.startsWith("/") ? path.substring(1) : path;
    NbdUri place =
        switch (scheme) {
          case "nbd", "nbds" -> tcp(tls, host(uri), port(uri), export);
          case "nbd+unix", "nbds+unix" -> unix(tls, socket(uri), export);
          default ->
              throw new URISyntaxException(
                  text, "must begin with nbd, nbds, nbd+unix or nbds+unix");
        };
    return tls ? place.with(security(uri)) : place;
  }

  private NbdUri with(Security told) {
    return new NbdUri(tls, host, port, socket, export, told);
  }

  private static Security security(URI uri) throws URISyntaxException {
    Optional<String> directory = parameter(uri, CERTIFICATES);
    Optional<Path> certificates =
        directory.isPresent()
            ? Optional.of(path(uri, "directory of certificates", directory.get()))
            : Optional.empty();
    return new Security(certificates, parameter(uri, HOSTNAME));
  }

  private static Optional<String> parameter(URI uri, String name) {
    String query = uri.getQuery() == null ? "" : uri.getQuery();
    return Arrays.stream(query.split("&", -1))
        .filter(part -> part.startsWith(name) && part.length() > name.length())
        .map(part -> part.substring(name.length()))
        .findFirst();
  }

  private static String host(URI uri) throws URISyntaxException {
    String host = uri.getHost();
    if (host == null) {
      throw new URISyntaxException(uri.toString(), "there is no host in it");
    }
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(URI uri) throws URISyntaxException {
    if (uri.getPort() == 0 || uri.getPort() > PORT_MAX) {
      throw new URISyntaxException(uri.toString(), "a port is a number from 1 to " + PORT_MAX);
    }
    return uri.getPort() < 0 ? Limits.PORT : uri.getPort();
  }

  private static Path socket(URI uri) throws URISyntaxException {
    Optional<String> name = parameter(uri, SOCKET);
    if (name.isEmpty()) {
      throw new URISyntaxException(uri.toString(), "there is no ?socket=PATH in it");
    }
    return path(uri, "socket", name.get());
  }

  private static Path path(URI uri, String what, String name) throws URISyntaxException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      URISyntaxException no = new URISyntaxException(uri.toString(), "its " + what + " is no path");
      no.initCause(e);
      throw no;
    }
  }

  @Override
  public String toString() {
    String scheme = tls ? "nbds" : "nbd";
    if (socket.isPresent()) {
      return scheme + "+unix:///" + encoded(export) + "?socket=" + encoded(socket.get().toString());
    }
    String place = host.contains(":") ? "[" + host + "]" : host;
    String number = port == Limits.PORT ? "" : ":" + port;
    return scheme + "://" + place + number + (export.isEmpty() ? "" : "/" + encoded(export));
  }

  /// With everything encoded that a URI or a shell may take for something else.
  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (octet & 0xFF);
      if (character < 0x80 && (Character.isLetterOrDigit(character) || isPlain(character))) {
        encoded.append(character);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", octet & 0xFF));
      }
    }
    return encoded.toString();
  }

  private static boolean isPlain(char character) {
    return "-._~/".indexOf(character) >= 0;
  }
}
