package cairn.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where a server listens.
class ListenerTest {
  @TempDir Path folder;

  @Test
  void aUnixSocketIsForItsOwnerAndGoneAfterwards() throws IOException {
    Path path = folder.resolve("s");
    try (Listener listener = Listener.open(Address.parse("unix:" + path))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
      assertThat(listener.uri(false, "a b")).hasToString("nbd+unix:///a%20b?socket=" + path);
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        assertThat(client.isConnected()).isTrue();
      }
    }
    assertThatFolderIsEmpty();
  }

  @Test
  void aSocketThatNobodyListensAtIsReplaced() throws IOException {
    Path path = folder.resolve("s");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    Listener.open(Address.parse("unix:" + path)).close();
    assertThatFolderIsEmpty();
  }

  @Test
  void aSocketThatIsInUseIsNotStolen() throws IOException {
    Path path = folder.resolve("s");
    Address address = Address.parse("unix:" + path);
    try (Listener first = Listener.open(address)) {
      assertThatThrownBy(() -> Listener.open(address))
          .hasMessage("cannot listen at unix:" + path + ": another program listens there");
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        assertThat(client.isConnected()).isTrue();
      }
      assertThat(first.uri(false, "")).isNotNull();
    }
    assertThatFolderIsEmpty();
  }

  @Test
  void anythingElseOfThatNameIsLeftAlone() throws IOException {
    Path path = Files.writeString(folder.resolve("s"), "mine");
    assertThatThrownBy(() -> Listener.open(Address.parse("unix:" + path)))
        .hasMessageContaining("there is something else of that name; it was left alone");
    assertThat(path).hasContent("mine");
  }

  /// The one that was there first, when it ends, leaves the other one's alone.
  @Test
  void onlyItsOwnSocketIsRemoved() throws IOException {
    Path path = folder.resolve("s");
    Address address = Address.parse("unix:" + path);
    Listener first = Listener.open(address);
    Files.delete(path);
    try (Listener second = Listener.open(address)) {
      first.close();
      assertThat(path).exists();
      assertThat(second.uri(false, "")).isNotNull();
    }
    assertThatFolderIsEmpty();
  }

  @Test
  void aPathThatIsTooLongIsSaidSo() throws IOException {
    Path path = folder.resolve("x".repeat(120));
    assertThatThrownBy(() -> Listener.open(Address.parse("unix:" + path)))
        .hasMessageContaining("a path of more than 107 bytes is too long for a socket");
    assertThatFolderIsEmpty();
  }

  @Test
  void aPortThatIsTakenIsSaidSo() throws IOException {
    try (ServerSocketChannel taken = ServerSocketChannel.open()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = ((InetSocketAddress) taken.getLocalAddress()).getPort();
      assertThatThrownBy(() -> Listener.open(Address.parse("127.0.0.1:" + port)))
          .hasMessageStartingWith("cannot listen at 127.0.0.1:" + port + ": Address already in");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, 10809",
    "localhost:0, localhost, 0",
    ":10810, 127.0.0.1, 10810",
    "'[::1]:5', ::1, 5",
    "'[::]', ::, 10809",
  })
  void addressesAreRead(String text, String host, int port) {
    Address address = Address.parse(text);
    assertThat(address.host()).isEqualTo(host);
    assertThat(address.port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unix:", "a:b", "1:2:3", "::1", "host:65536", "host:999999", "[x]"})
  void anythingElseIsNoAddress(String text) {
    assertThatThrownBy(() -> Address.parse(text)).hasMessageContaining("is no address");
  }

  private void assertThatFolderIsEmpty() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
