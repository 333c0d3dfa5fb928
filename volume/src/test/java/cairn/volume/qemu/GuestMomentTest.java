package cairn.volume.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What QEMU is asked to do, and in which order.
class GuestMomentTest {
  @TempDir Path folder;

  /// A monitor that does nothing and says that it was done.
  private final class Monitor implements AutoCloseable {
    private final Path socket = folder.resolve("qmp");
    private final ServerSocketChannel server =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final List<JsonObject> asked = Collections.synchronizedList(new ArrayList<>());

    Monitor() throws IOException {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(this::serve);
    }

    private void serve() {
      try (SocketChannel client = server.accept();
          BufferedReader lines =
              new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8))) {
        say(client, "{\"QMP\": {}}");
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          JsonObject command = JsonParser.parseString(line).getAsJsonObject();
          asked.add(command);
          String name = command.get("execute").getAsString();
          say(client, "{\"return\": " + answer(name) + "}");
          if (name.equals("block-export-del")) {
            String data = command.getAsJsonObject("arguments").toString();
            say(client, "{\"event\": \"BLOCK_EXPORT_DELETED\", \"data\": " + data + "}");
          }
        }
      } catch (IOException e) {
        asked.clear(); // which the test sees
      }
    }

    private static String answer(String command) {
      return switch (command) {
        case "query-status" -> "{\"status\": \"running\"}";
        case "query-jobs" -> "[]";
        default -> "{}";
      };
    }

    private static void say(SocketChannel client, String line) throws IOException {
      client.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /// The types of the actions of each transaction.
    List<List<String>> transactions() {
      List<List<String>> transactions = new ArrayList<>();
      for (JsonObject command : asked) {
        if (command.get("execute").getAsString().equals("transaction")) {
          transactions.add(types(command.getAsJsonObject("arguments").getAsJsonArray("actions")));
        }
      }
      return transactions;
    }

    private static List<String> types(JsonArray actions) {
      List<String> types = new ArrayList<>();
      for (JsonElement action : actions) {
        types.add(action.getAsJsonObject().get("type").getAsString());
      }
      return types;
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  /// QEMU takes the actions of a transaction one after the other, and with an I/O thread a write
  /// may end between two of them unless the disk is drained, as it is from the job on. No write may
  /// be in neither bitmap; nor may one be lost when both become one again.
  @Test
  void noWriteFallsBetweenTwoBitmaps() throws Exception {
    GuestDisk disk = new GuestDisk("disk", "disk", 1 << 20, "qcow2", List.of("old"), List.of());
    try (Monitor monitor = new Monitor();
        QmpClient qmp = QmpClient.connect(monitor.socket)) {
      GuestMoment.Shown shown = new GuestMoment.Shown(disk, Optional.of("old"), "cairn-new");
      GuestMoment.take(
              qmp, List.of(shown), monitor.socket, folder, (file, size) -> Files.createFile(file))
          .close();
      assertThat(monitor.transactions())
          .containsExactly(
              List.of("block-dirty-bitmap-add", "blockdev-backup", "block-dirty-bitmap-disable"),
              List.of("block-dirty-bitmap-enable", "block-dirty-bitmap-merge"));
    }
  }
}
