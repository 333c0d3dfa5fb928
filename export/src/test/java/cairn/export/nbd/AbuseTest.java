package cairn.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.volume.nbd.Command;
import cairn.volume.nbd.Greeting;
import cairn.volume.nbd.InfoRequest;
import cairn.volume.nbd.OptionCode;
import cairn.volume.nbd.OptionHeader;
import cairn.volume.nbd.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that mean no good, or have gone mad: whatever they do, an honest one is served beside
/// them and after them.
@Timeout(60)
class AbuseTest {
  private static final Duration PATIENCE = Duration.ofMillis(700);
  private static final int SIZE = 4 << 20;

  @TempDir Path folder;
  private Path socket;
  private byte[] content;
  private Server server;

  @BeforeEach
  void start(Seed seed) throws IOException {
    content = seed.bytes(SIZE);
    socket = folder.resolve("s");
    server =
        Server.start(
            List.of(new Export("disk", "", new TestVolume(content.clone()))),
            Address.parse("unix:" + socket),
            Optional.empty(),
            PATIENCE);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void honestClientIsServed() throws IOException {
    try (RawClient client = RawClient.go(socket, "disk")) {
      assertThat(client.read(0, 0, SIZE).data).isEqualTo(content);
    }
  }

  @Test
  void garbageAtAnyPointEndsThatConnectionAlone(Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    for (int round = 0; round < 300; round++) {
      byte[] garbage = new byte[1 + random.nextInt(2000)];
      random.nextBytes(garbage);
      try (RawClient client = mad(round % 4)) {
        client.send(ByteBuffer.wrap(garbage));
      } catch (IOException e) {
        assertThat(e).hasMessageMatching("(?s).*(Broken pipe|reset|after 0).*");
      }
    }
    honestClientIsServed();
  }

  private RawClient mad(int stage) throws IOException {
    return switch (stage) {
      case 0 -> RawClient.connect(socket);
      case 1 -> RawClient.greet(socket);
      case 2 -> RawClient.go(socket, "disk");
      default -> RawClient.go(socket, "disk", OptionCode.EXTENDED_HEADERS);
    };
  }

  /// Options and requests that are well-formed as far as their heads go.
  @Test
  void sensibleHeadsWithSenselessBodiesDoNoHarm(Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    for (int round = 0; round < 200; round++) {
      try (RawClient client = RawClient.greet(socket)) {
        byte[] body = new byte[random.nextInt(60)];
        random.nextBytes(body);
        int option = 3 + random.nextInt(10);
        client.option(option, body);
        client.option(OptionCode.GO, new InfoRequest("disk", List.of()).toBytes());
        int type = random.nextInt(10);
        if (type != Command.WRITE && type != Command.DISCONNECT) {
          client.request(random.nextInt(64), type, 1, random.nextLong(), random.nextInt());
        }
      }
    }
    assertThat(server.tally().failureCount()).isZero();
  }

  @Test
  void unknownFlagsOfTheHandshakeEndIt() throws IOException {
    try (RawClient client = RawClient.greet(socket, 1 << 7)) {
      assertThat(client.isHungUp()).isTrue();
    }
  }

  /// The head promises 4 GiB; no room is made for it.
  @Test
  void anOptionWithoutEndTakesNoMemoryAndComesToAnEnd() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      RawClient client = RawClient.greet(socket);
      ByteBuffer head = ByteBuffer.allocate(OptionHeader.BYTES);
      new OptionHeader(OptionCode.INFO, 0xFFFFFFFFL).writeTo(head);
      client.send(head.flip());
      clients.add(client);
    }
    honestClientIsServed();
    for (RawClient client : clients) {
      assertThat(client.isHungUp()).isTrue();
      client.close();
    }
  }

  @Test
  void whoDoesNotComeToAnAgreementIsSentAway() throws IOException {
    try (RawClient silent = RawClient.connect(socket);
        RawClient halfway = RawClient.greet(socket);
        RawClient atWork = RawClient.go(socket, "disk")) {
      assertThat(silent.isHungUp()).isTrue();
      assertThat(halfway.isHungUp()).isTrue();
      // Once at work a client may be silent for as long as it likes.
      assertThat(atWork.read(0, 0, 10).error).isZero();
    }
    // They see the end of the connection before the server has counted it.
    while (server.tally().refusals() < 2) {
      Thread.onSpinWait();
    }
    assertThat(server.tally().refusals()).isEqualTo(2);
  }

  @Test
  void oneConnectionTooManyIsNotTaken() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < Server.CONNECTIONS_MAX; i++) {
      clients.add(RawClient.go(socket, "disk"));
    }
    try (RawClient tooMany = RawClient.connect(socket)) {
      assertThat(tooMany.isHungUp()).isTrue();
    }
    assertThat(clients.getFirst().read(0, 0, 10).error).isZero();
    for (RawClient client : clients) {
      client.close();
    }
    while (server.connectionCount() > 0) {
      Thread.onSpinWait();
    }
    honestClientIsServed();
  }

  /// Asks for all and takes nothing, so that the server cannot get rid of its answers.
  @Test
  void clientsThatTakeNoAnswersBlockNobodyElse() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RawClient client = RawClient.go(socket, "disk", OptionCode.STRUCTURED_REPLY);
      for (int request = 0; request < 40; request++) {
        client.request(0, Command.READ, request, 0, SIZE);
      }
      clients.add(client);
    }
    honestClientIsServed();
    for (RawClient client : clients) {
      client.close();
    }
  }

  /// A write of which only a part ever comes.
  @Test
  void aPayloadThatDoesNotComeBlocksNobodyElse() throws IOException {
    try (RawClient client = RawClient.go(socket, "disk")) {
      client.request(0, Command.WRITE, 1, 0, SIZE);
      honestClientIsServed();
    }
    honestClientIsServed();
  }

  @Test
  void theServerClosesWhileClientsAreAtWork() throws IOException {
    try (RawClient client = RawClient.go(socket, "disk");
        RawClient halfway = RawClient.greet(socket)) {
      client.request(0, Command.READ, 1, 0, SIZE);
      server.close();
      assertThat(client.isHungUp()).isTrue();
      assertThat(halfway.isHungUp()).isTrue();
      assertThat(socket).doesNotExist();
    }
  }

  @Test
  void anOptionAfterAnErrorStillCounts() throws IOException {
    try (RawClient client = RawClient.greet(socket, Greeting.FIXED_NEWSTYLE)) {
      for (int i = 0; i < 1000; i++) {
        assertThat(client.lastType(1 << 20, new byte[i % 50]))
            .isEqualTo(OptionReply.ERROR_UNSUPPORTED);
      }
      client.option(OptionCode.GO, new InfoRequest("disk", List.of()).toBytes());
      assertThat(client.read(0, 0, 10).error).isZero();
    }
  }
}
