package cairn.volume.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A connection to the monitor of a QEMU (QEMU Machine Protocol, `docs/interop/qmp-spec.rst`):
/// lines of JSON, answers in the order of commands, events in between. For one thread.
public final class QmpClient implements Closeable {
  private static final Duration GREETING = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private final Path socket;
  private final SocketChannel channel;
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
  private final List<JsonObject> events = new ArrayList<>();

  private QmpClient(Path socket, SocketChannel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  /// @throws IOException also when nobody answers: a monitor talks to one program at a time
  public static QmpClient connect(Path socket) throws IOException {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new IOException("cannot reach QEMU at " + socket + ": " + e.getMessage(), e);
    }
    QmpClient client = new QmpClient(socket, channel);
    try {
      client.greet();
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }

  private void greet() throws IOException {
    Thread.ofPlatform().daemon().name("qmp").start(this::receive);
    JsonObject greeting = next(GREETING);
    if (greeting == null) {
      throw new IOException(
          "QEMU does not answer at "
              + socket
              + ": another program is talking to this monitor;"
              + " give QEMU a second one (-qmp unix:PATH,server=on,wait=off)");
    }
    if (!greeting.has("QMP")) {
      throw new IOException("what answers at " + socket + " does not speak QMP");
    }
    execute("qmp_capabilities", new JsonObject());
  }

  private void receive() {
    try (BufferedReader reader =
        new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException e) {
      // As if it had ended: whoever waits is told that QEMU is gone.
    }
    lines.add(Optional.empty());
  }

  /// @throws QmpRefused when QEMU answers that it cannot be done
  public JsonElement execute(String command, JsonObject arguments) throws IOException {
    JsonObject line = new JsonObject();
    line.addProperty("execute", command);
    line.add("arguments", arguments);
    ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (out.hasRemaining()) {
      channel.write(out);
    }
    while (true) {
      JsonObject answer = next(ANSWER);
      if (answer == null) {
        throw new IOException("QEMU at " + socket + " does not answer to " + command);
      }
      if (answer.has("error")) {
        throw new QmpRefused(command, answer.getAsJsonObject("error").get("desc").getAsString());
      }
      if (answer.has("return")) {
        return answer.get("return");
      }
      events.add(answer);
    }
  }

  /// All of them happen at one moment, or none.
  void transaction(List<JsonObject> actions) throws IOException {
    JsonArray all = new JsonArray();
    actions.forEach(all::add);
    JsonObject arguments = new JsonObject();
    arguments.add("actions", all);
    execute("transaction", arguments);
  }

  /// Waits for an event, which may have come already.
  ///
  /// @throws IOException when it does not come
  void await(Predicate<JsonObject> wanted, String what) throws IOException {
    if (events.removeIf(wanted)) {
      return;
    }
    while (true) {
      JsonObject event = next(ANSWER);
      if (event == null) {
        throw new IOException("QEMU at " + socket + " does not tell that " + what);
      }
      if (wanted.test(event)) {
        return;
      }
    }
  }

  /// @return null when there is none in time
  private @Nullable JsonObject next(Duration patience) throws IOException {
    try {
      Optional<String> line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        return null;
      }
      String text = line.orElseThrow(() -> new IOException("QEMU at " + socket + " has gone away"));
      return JsonParser.parseString(text).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new IOException("what answers at " + socket + " does not speak QMP", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for QEMU", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
