package cairn.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.export.nbd.RawClient.Answer;
import cairn.volume.nbd.BlockStatus;
import cairn.volume.nbd.Command;
import cairn.volume.nbd.ContextRequest;
import cairn.volume.nbd.ErrorCode;
import cairn.volume.nbd.ExportInfo;
import cairn.volume.nbd.Greeting;
import cairn.volume.nbd.InfoRequest;
import cairn.volume.nbd.OptionCode;
import cairn.volume.nbd.OptionReply;
import cairn.volume.nbd.ServerItem;
import cairn.volume.nbd.StatusExtent;
import cairn.volume.nbd.TransmissionFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the server answers, byte by byte, in every form of reply.
@Timeout(30)
class ServerTest {
  private static final int SIZE = 1_000_001;
  private static final int[][] FORMS = {
    {}, {OptionCode.STRUCTURED_REPLY}, {OptionCode.EXTENDED_HEADERS},
  };

  @TempDir Path folder;
  private Path socket;
  private byte[] content;
  private TestVolume volume;
  private Server server;

  @BeforeEach
  void start(Seed seed) throws IOException {
    content = seed.bytes(SIZE);
    Arrays.fill(content, 400_000, 600_000, (byte) 0);
    volume = new TestVolume(content.clone());
    ChangedRanges changed = new ChangedRanges("1f3a");
    changed.add(4096, 8192);
    changed.add(SIZE - 1, 1);
    socket = folder.resolve("s");
    server =
        Server.start(
            List.of(
                new Export("rw", "to write", volume),
                new Export("ro", "to read", new ReadOnly(volume), List.of(changed))),
            Address.parse("unix:" + socket),
            Optional.empty());
  }

  @AfterEach
  void stop() throws IOException {
    volume.letGo();
    server.close();
  }

  @Test
  void readsAreWhatIsThereInEveryForm() throws IOException {
    for (int[] form : FORMS) {
      try (RawClient client = RawClient.go(socket, "ro", form)) {
        for (int[] range : new int[][] {{0, 1}, {5, 4096}, {390_000, 300_000}, {0, SIZE}, {7, 0}}) {
          Answer answer = client.read(0, range[0], range[1]);
          assertThat(answer.error).isZero();
          assertThat(answer.data)
              .isEqualTo(Arrays.copyOfRange(content, range[0], range[0] + range[1]));
        }
      }
    }
  }

  @Test
  void holesAreNotSentWherePiecesAreAllowed() throws IOException {
    try (RawClient client = RawClient.go(socket, "ro", OptionCode.STRUCTURED_REPLY)) {
      assertThat(client.read(0, 390_000, 300_000).holes).isEqualTo(1);
      Answer whole = client.read(Command.FLAG_DF, 390_000, 65_536);
      assertThat(whole.chunks).isEqualTo(1);
      assertThat(whole.data).isEqualTo(Arrays.copyOfRange(content, 390_000, 455_536));
      assertThat(client.read(Command.FLAG_DF, 0, 900_000).error).isEqualTo(ErrorCode.OVERFLOW);
    }
  }

  /// A block that cannot be read is an error in every form, at once or on the way; never zeros.
  @Test
  void whatCannotBeReadIsAnErrorAndTold() throws IOException {
    volume.breakFrom(700_000);
    for (int[] form : FORMS) {
      try (RawClient client = RawClient.go(socket, "ro", form)) {
        assertThat(client.read(0, 700_000, 512).error).isEqualTo(ErrorCode.IO);
        Answer late = client.read(0, 0, SIZE);
        assertThat(late.error).isEqualTo(ErrorCode.IO);
        if (form.length > 0) {
          assertThat(late.errorOffset).isBetween(500_000L, 700_000L);
          assertThat(late.text).contains("cannot read bytes");
        }
        assertThat(client.read(0, 0, 512).error).isZero();
      }
    }
    assertThat(server.tally().failureCount()).isEqualTo(6);
    assertThat(server.tally().failures()).allMatch(each -> each.kind() == Tally.Kind.READ);
  }

  @Test
  void writesAreKeptAndFlushedWhenThatIsAskedFor(Seed seed) throws IOException {
    byte[] large = seed.bytes(500_000);
    for (int[] form : FORMS) {
      try (RawClient client = RawClient.go(socket, "rw", form)) {
        int before = volume.flushes();
        assertThat(client.write(0, 1000, large).error).isZero();
        assertThat(client.read(0, 1000, large.length).data).isEqualTo(large);
        assertThat(volume.flushes()).isEqualTo(before);
        assertThat(client.write(Command.FLAG_FUA, 5, new byte[] {1, 2, 3}).error).isZero();
        assertThat(volume.flushes()).isEqualTo(before + 1);
        assertThat(client.ask(0, Command.FLUSH, 0, 0).error).isZero();
        assertThat(volume.flushes()).isEqualTo(before + 2);
        assertThat(client.ask(0, Command.WRITE_ZEROES, 1000, 8192).error).isZero();
        assertThat(client.read(0, 1000, 8192).data).containsOnly(0);
        assertThat(client.ask(Command.FLAG_FUA, Command.TRIM, 16384, 4096).error).isZero();
        assertThat(volume.flushes()).isEqualTo(before + 3);
        assertThat(client.ask(0, Command.CACHE, 0, SIZE).error).isZero();
      }
    }
  }

  @Test
  void whatCannotBeWrittenOrFlushedIsAnErrorAndTold() throws IOException {
    volume.failChanges();
    try (RawClient client = RawClient.go(socket, "rw", OptionCode.STRUCTURED_REPLY)) {
      assertThat(client.write(0, 0, new byte[10]).error).isEqualTo(ErrorCode.IO);
      assertThat(client.write(0, 0, new byte[400_000]).error).isEqualTo(ErrorCode.IO);
      assertThat(client.ask(0, Command.WRITE_ZEROES, 0, 10).error).isEqualTo(ErrorCode.IO);
      assertThat(client.ask(0, Command.TRIM, 0, 10).error).isEqualTo(ErrorCode.IO);
      volume.failFlushes();
      assertThat(client.ask(0, Command.FLUSH, 0, 0).error).isEqualTo(ErrorCode.IO);
    }
    assertThat(server.tally().failureCount()).isEqualTo(5);
    assertThat(server.tally().failures().getLast().kind()).isEqualTo(Tally.Kind.FLUSH);
  }

  @Test
  void aFlushThatFailsFailsTheWriteThatAskedForIt() throws IOException {
    volume.failFlushes();
    try (RawClient client = RawClient.go(socket, "rw")) {
      assertThat(client.write(Command.FLAG_FUA, 0, new byte[10]).error).isEqualTo(ErrorCode.IO);
      assertThat(client.write(0, 0, new byte[10]).error).isZero();
    }
  }

  @Test
  void whatMakesNoSenseIsRefusedAndTheConnectionGoesOn() throws IOException {
    for (int[] form : FORMS) {
      try (RawClient client = RawClient.go(socket, "rw", form)) {
        assertThat(client.read(0, SIZE, 1).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.read(0, -1, 1).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.read(1 << 15, 0, 1).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.ask(0, Command.READ, 0, 33 << 20).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.write(0, SIZE, new byte[700]).error).isEqualTo(ErrorCode.NO_SPACE);
        assertThat(client.ask(0, Command.TRIM, SIZE, 1).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.ask(0, Command.WRITE_ZEROES, 1, SIZE).error)
            .isEqualTo(ErrorCode.NO_SPACE);
        assertThat(client.ask(0, 4711, 0, 1).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.ask(0, Command.BLOCK_STATUS, 0, 1).error).isEqualTo(ErrorCode.INVALID);
        assertThat(client.read(0, 0, 10).error).isZero();
      }
    }
    assertThat(server.tally().failureCount()).isZero();
  }

  /// The payload is skipped without being kept.
  @Test
  void aWriteThatIsTooLongIsRefusedAndTheConnectionGoesOn() throws IOException {
    try (RawClient client = RawClient.go(socket, "rw")) {
      assertThat(client.write(0, 0, new byte[(32 << 20) + 1]).error).isEqualTo(ErrorCode.INVALID);
      assertThat(client.read(0, 0, 10).error).isZero();
    }
    try (RawClient client = RawClient.go(socket, "rw", OptionCode.EXTENDED_HEADERS)) {
      client.request(Command.FLAG_PAYLOAD_LENGTH, Command.WRITE, 1, 0, Long.MIN_VALUE);
      assertThat(client.isHungUp()).isTrue();
    }
  }

  @Test
  void nothingIsWrittenToAnExportThatIsToBeRead() throws IOException {
    try (RawClient client = RawClient.go(socket, "ro")) {
      assertThat(client.write(0, 0, new byte[] {1})).extracting(a -> a.error).isEqualTo(1);
      assertThat(client.ask(0, Command.TRIM, 0, 1).error).isEqualTo(ErrorCode.PERMISSION);
      assertThat(client.ask(0, Command.WRITE_ZEROES, 0, 1).error).isEqualTo(ErrorCode.PERMISSION);
      assertThat(client.read(0, 0, SIZE).data).isEqualTo(content);
    }
  }

  @Test
  void tellsHolesAndChanges() throws IOException {
    String changed = ContextRequest.CHANGED + "1f3a";
    for (int form : new int[] {OptionCode.STRUCTURED_REPLY, OptionCode.EXTENDED_HEADERS}) {
      try (RawClient client =
          RawClient.withContexts(socket, "ro", form, changed, ContextRequest.ALLOCATION)) {
        Answer answer = client.ask(0, Command.BLOCK_STATUS, 0, SIZE);
        assertThat(answer.statuses)
            .containsExactly(
                new BlockStatus(
                    0,
                    List.of(
                        new StatusExtent(401_408, 0),
                        new StatusExtent(196_608, StatusExtent.HOLE | StatusExtent.ZERO),
                        new StatusExtent(SIZE - 598_016, 0))),
                new BlockStatus(
                    1,
                    List.of(
                        new StatusExtent(4096, 0),
                        new StatusExtent(8192, 1),
                        new StatusExtent(SIZE - 12_289, 0),
                        new StatusExtent(1, 1))));
        Answer one = client.ask(Command.FLAG_REQ_ONE, Command.BLOCK_STATUS, 5000, 10_000);
        assertThat(one.statuses).extracting(each -> each.extents().size()).containsExactly(1, 1);
        assertThat(one.statuses.get(1).extents()).containsExactly(new StatusExtent(7288, 1));
      }
    }
  }

  @Test
  void contextsAreListedAndChosenByName() throws IOException {
    try (RawClient client = RawClient.greet(socket)) {
      byte[] any = new ContextRequest("ro", List.of()).toBytes();
      assertThat(client.lastType(OptionCode.LIST_META_CONTEXT, any))
          .isEqualTo(OptionReply.ERROR_INVALID);
      client.option(OptionCode.STRUCTURED_REPLY, new byte[0]);
      assertThat(client.option(OptionCode.LIST_META_CONTEXT, any)).hasSize(3);
      assertThat(client.option(OptionCode.SET_META_CONTEXT, any)).hasSize(1);
      byte[] ours = new ContextRequest("ro", List.of("cairn:", "x:y")).toBytes();
      assertThat(client.option(OptionCode.LIST_META_CONTEXT, ours)).hasSize(2);
      assertThat(client.option(OptionCode.SET_META_CONTEXT, ours)).hasSize(1);
      byte[] unknown = new ContextRequest("nope", List.of("base:allocation")).toBytes();
      assertThat(client.lastType(OptionCode.SET_META_CONTEXT, unknown))
          .isEqualTo(OptionReply.ERROR_UNKNOWN);
    }
  }

  /// Contexts that were chosen for one export are not those of another one.
  @Test
  void contextsOfAnotherExportDoNotCount() throws IOException {
    try (RawClient client = RawClient.greet(socket)) {
      client.option(OptionCode.STRUCTURED_REPLY, new byte[0]);
      byte[] context = new ContextRequest("ro", List.of("base:allocation")).toBytes();
      assertThat(client.option(OptionCode.SET_META_CONTEXT, context)).hasSize(2);
      client.option(OptionCode.GO, new InfoRequest("rw", List.of()).toBytes());
      assertThat(client.ask(0, Command.BLOCK_STATUS, 0, 10).error).isEqualTo(ErrorCode.INVALID);
    }
  }

  @Test
  void saysWhatThereIsAndWhatItCanDo() throws IOException {
    try (RawClient client = RawClient.greet(socket)) {
      List<RawClient.Told> list = client.option(OptionCode.LIST, new byte[0]);
      assertThat(list).hasSize(3);
      assertThat(ServerItem.read(list.getFirst().data()))
          .isEqualTo(new ServerItem("rw", "to write"));
      byte[] all = new InfoRequest("", List.of(0, 1, 2, 3, 99)).toBytes();
      assertThat(client.option(OptionCode.INFO, all)).hasSize(5);
      ByteBuffer info = client.option(OptionCode.INFO, all).getFirst().data();
      ExportInfo export = ExportInfo.read(info.position(2));
      assertThat(export.size()).isEqualTo(SIZE);
      assertThat(export.flags() & TransmissionFlag.READ_ONLY).isZero();
      assertThat(export.flags() & TransmissionFlag.SEND_FUA).isNotZero();
      byte[] nothing = new InfoRequest("nope", List.of()).toBytes();
      assertThat(client.lastType(OptionCode.GO, nothing)).isEqualTo(OptionReply.ERROR_UNKNOWN);
      assertThat(client.lastType(4711, new byte[9])).isEqualTo(OptionReply.ERROR_UNSUPPORTED);
      assertThat(client.lastType(OptionCode.LIST, new byte[9]))
          .isEqualTo(OptionReply.ERROR_INVALID);
      assertThat(client.lastType(OptionCode.GO, new byte[3])).isEqualTo(OptionReply.ERROR_INVALID);
      assertThat(client.lastType(OptionCode.INFO, new byte[100_000]))
          .isEqualTo(OptionReply.ERROR_TOO_BIG);
      assertThat(client.lastType(OptionCode.STARTTLS, new byte[0]))
          .isEqualTo(OptionReply.ERROR_POLICY);
      assertThat(client.lastType(OptionCode.ABORT, new byte[0])).isEqualTo(OptionReply.ACK);
      assertThat(client.isHungUp()).isTrue();
    }
  }

  @Test
  void theOldWayInWorksToo() throws IOException {
    for (int flags : new int[] {0, Greeting.FIXED_NEWSTYLE | Greeting.NO_ZEROES}) {
      try (RawClient client = RawClient.greet(socket, flags)) {
        client.sendOption(OptionCode.EXPORT_NAME, new byte[0]);
        assertThat(client.receive(flags == 0 ? 134 : 10).getLong()).isEqualTo(SIZE);
        assertThat(client.read(0, 100, 100).data).isEqualTo(Arrays.copyOfRange(content, 100, 200));
      }
    }
    try (RawClient client = RawClient.greet(socket)) {
      client.sendOption(OptionCode.EXPORT_NAME, "nope".getBytes(StandardCharsets.UTF_8));
      assertThat(client.isHungUp()).isTrue();
    }
  }

  /// One that waits keeps no other waiting, within a connection and beside it.
  @Test
  void aSlowRequestKeepsNoOtherWaiting() throws IOException {
    volume.holdBackFrom(900_000);
    try (RawClient client = RawClient.go(socket, "ro", OptionCode.STRUCTURED_REPLY);
        RawClient other = RawClient.go(socket, "ro")) {
      client.request(0, Command.READ, 1, 900_000, 512);
      client.request(0, Command.READ, 2, 100, 512);
      assertThat(client.answer(2, 100, 512).data).isEqualTo(Arrays.copyOfRange(content, 100, 612));
      assertThat(other.read(0, 0, 10).error).isZero();
      volume.letGo();
      assertThat(client.answer(1, 900_000, 512).data)
          .isEqualTo(Arrays.copyOfRange(content, 900_000, 900_512));
    }
  }

  /// What was under way when the client said goodbye is answered before the connection ends.
  @Test
  void aDisconnectComesAfterWhatWasAskedBefore() throws IOException {
    volume.holdBackFrom(900_000);
    try (RawClient client = RawClient.go(socket, "ro")) {
      client.request(0, Command.READ, 1, 900_000, 512);
      client.request(0, Command.DISCONNECT, 2, 0, 0);
      volume.letGo();
      assertThat(client.answer(1, 900_000, 512).error).isZero();
      assertThat(client.isHungUp()).isTrue();
    }
  }
}
