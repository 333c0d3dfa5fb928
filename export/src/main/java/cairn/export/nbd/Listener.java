package cairn.export.nbd;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.Rename;
import cairn.volume.nbd.NbdUri;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A socket that listens. A Unix socket may be used by its owner alone from the first moment on,
/// takes the place of one that nobody listens at any more but of nothing else, and is gone
/// afterwards.
final class Listener implements Closeable {
  private static final int BACKLOG = 64;

  /// Of `sun_path`, without the zero at its end (`unix(7)`).
  private static final int PATH_BYTES_MAX = 107;

  private final Address address;
  private final ServerSocketChannel channel;

  /// Which file the socket is, so that no other is removed in its place.
  private final @Nullable Object key;

  private Listener(Address address, ServerSocketChannel channel, @Nullable Object key) {
    this.address = address;
    this.channel = channel;
    this.key = key;
  }

  /// @throws IOException saying why it is impossible to listen there
  static Listener open(Address address) throws IOException {
    Optional<Path> socket = address.socket();
    try {
      return socket.isPresent() ? unix(address, socket.get()) : tcp(address);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("cannot listen at " + address + ": " + e.getMessage(), e);
    }
  }

  private static Listener tcp(Address address) throws IOException {
    InetSocketAddress place = new InetSocketAddress(address.host(), address.port());
    if (place.isUnresolved()) {
      throw new IOException("this name is unknown");
    }
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(place, BACKLOG);
      return new Listener(address, channel, null);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static Listener unix(Address address, Path path) throws IOException {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
      throw new IOException("a path of more than 107 bytes is too long for a socket");
    }
    removeStale(path);
    Path parent = Objects.requireNonNull(path.getParent());
    Path room = Files.createTempDirectory(parent, ".cairn", ownerOnly("rwx------"));
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    Path bound = room.resolve("s");
    try {
      channel.bind(UnixDomainSocketAddress.of(bound), BACKLOG);
      Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
      Rename.toFreeName(bound, path);
      return new Listener(address, channel, keyOf(path));
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(bound);
      if (e instanceof CallFailed taken && taken.errno() == Errno.EEXIST) {
        throw new IOException("something of that name has appeared meanwhile", e);
      }
      throw e;
    } finally {
      Files.delete(room);
    }
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new IOException("there is something else of that name; it was left alone");
    }
    if (isAlive(path)) {
      throw new IOException("another program listens there");
    }
    Files.delete(path);
  }

  private static boolean isAlive(Path path) {
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /// Waits for the next client.
  ///
  /// @throws java.nio.channels.ClosedChannelException when it is closed
  SocketChannel accept() throws IOException {
    SocketChannel client = channel.accept();
    if (address.socket().isEmpty()) {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }
    return client;
  }

  /// Where clients find an export.
  NbdUri uri(boolean tls, String export) throws IOException {
    return address.socket().isPresent()
        ? NbdUri.unix(tls, address.socket().get(), export)
        : NbdUri.tcp(
            tls, address.host(), ((InetSocketAddress) channel.getLocalAddress()).getPort(), export);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Optional<Path> path = address.socket();
    if (path.isPresent()
        && Files.exists(path.get(), LinkOption.NOFOLLOW_LINKS)
        && Objects.equals(keyOf(path.get()), key)) {
      Files.deleteIfExists(path.get());
    }
  }
}
