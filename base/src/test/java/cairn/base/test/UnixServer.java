package cairn.base.test;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server of another project that listens at a socket in a folder, until it is closed.
public record UnixServer(Process process, Path socket) implements AutoCloseable {
  /// Returns when clients can come. It sees one of them, who says nothing.
  ///
  /// @param command which makes the socket
  public static UnixServer start(Path socket, List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    UnixServer server = new UnixServer(process, socket);
    try {
      while (!server.listens()) {
        if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
          throw new IOException(command + " ended with exit code " + process.exitValue());
        }
      }
      return server;
    } catch (InterruptedException e) {
      server.close();
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /// The socket is there before it takes clients.
  private boolean listens() {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return client.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    // Nothing is lost by it, and a polite signal goes lost in qemu-nbd at times.
    process.destroyForcibly().onExit().join();
    Files.deleteIfExists(socket);
  }
}
