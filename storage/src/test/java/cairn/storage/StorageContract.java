package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.storage.Storage.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [Storage] guarantees. Each implementation has a test class that extends this one.
public abstract class StorageContract {
  private static final int THREADS = 8;

  private Storage storage;

  /// A storage without objects.
  protected abstract Storage newStorage() throws Exception;

  /// Another opening of the storage given, as another process would have it; the same one when
  /// there is no such thing.
  protected abstract Storage another(Storage storage) throws Exception;

  @BeforeEach
  final void open() throws Exception {
    storage = newStorage();
  }

  @AfterEach
  final void close() throws Exception {
    storage.close();
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void publish(String name, String text) throws IOException {
    storage.publish(name, Content.of(bytes(text)));
  }

  private String text(String name) throws IOException {
    return new String(storage.readAll(name), StandardCharsets.UTF_8);
  }

  private List<String> names(String prefix) throws IOException {
    return storage.list(prefix).stream().map(Entry::name).toList();
  }

  // ---- publish and read

  @Test
  void givesBackWhatWasPublished() throws IOException {
    publish("packs/aa/1", "hello");

    assertThat(text("packs/aa/1")).isEqualTo("hello");
    assertThat(storage.stat("packs/aa/1").size()).isEqualTo(5);
    assertThat(storage.stat("packs/aa/1").name()).isEqualTo("packs/aa/1");
    assertThat(storage.list("")).containsExactly(storage.stat("packs/aa/1"));
  }

  @Test
  void anotherOpeningSeesItAtOnce() throws Exception {
    publish("index/1", "hello");

    try (Storage other = another(storage)) {
      assertThat(other.readAll("index/1")).isEqualTo(bytes("hello"));
      assertThat(other.list("")).isEqualTo(storage.list(""));
    }
  }

  @Test
  void anObjectMayBeEmpty() throws IOException {
    publish("empty", "");

    assertThat(storage.readAll("empty")).isEmpty();
    assertThat(storage.stat("empty").size()).isZero();
    storage.read("empty", 0, ByteBuffer.allocate(0));
  }

  @Test
  void largeObjectsComeBackWhole() throws IOException {
    byte[] large = new byte[33 << 20];
    RandomGeneratorFactory.of("L64X128MixRandom").create(7).nextBytes(large);
    storage.publish("packs/large", Content.of(large));

    assertThat(Arrays.equals(storage.readAll("packs/large"), large)).isTrue();
    ByteBuffer tail = ByteBuffer.allocateDirect(1_000_001);
    storage.read("packs/large", large.length - tail.capacity(), tail);
    assertThat(tail.flip())
        .isEqualTo(ByteBuffer.wrap(large, large.length - tail.capacity(), tail.capacity()));
  }

  @Test
  void contentMayBeASliceAndComeInPieces() throws IOException {
    storage.publish("slice", Content.of(bytes("0123456789"), 3, 4));
    storage.publish("pieces", pieces(3, "ab", "", "c"));

    assertThat(text("slice")).isEqualTo("3456");
    assertThat(text("pieces")).isEqualTo("abc");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4})
  void contentOfAnotherSizeThanPromisedIsNotPublished(long size) throws IOException {
    assertThatIllegalStateException()
        .isThrownBy(() -> storage.publish("a", pieces(size, "ab", "c")));

    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void contentThatFailsIsNotPublishedAndMayBeTriedAgain() throws IOException {
    Content failing =
        new Content() {
          @Override
          public long size() {
            return 10;
          }

          @Override
          public void writeTo(WritableByteChannel target) throws IOException {
            target.write(ByteBuffer.allocate(5));
            throw new IOException("source gone");
          }
        };

    assertThatIOException()
        .isThrownBy(() -> storage.publish("a/b", failing))
        .withStackTraceContaining("source gone");
    assertThat(storage.list("")).isEmpty();
    publish("a/b", "good");
    assertThat(text("a/b")).isEqualTo("good");
  }

  private static Content pieces(long size, String... pieces) {
    return new Content() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void writeTo(WritableByteChannel target) throws IOException {
        for (String piece : pieces) {
          target.write(ByteBuffer.wrap(bytes(piece)));
        }
      }
    };
  }

  @Test
  void aTakenNameIsRefusedAndItsObjectUntouched() throws IOException {
    publish("a", "first");

    assertThatThrownBy(() -> publish("a", "second")).isInstanceOf(ObjectExists.class);
    assertThat(text("a")).isEqualTo("first");
  }

  @Test
  void aNameIsNeverAnObjectAndAFolder() throws IOException {
    publish("a/b", "x");
    publish("c", "y");

    assertThatIOException().isThrownBy(() -> publish("a", "z")).withMessageContaining("folder");
    assertThatIOException().isThrownBy(() -> publish("c/d", "z")).withMessageContaining("below");
    assertThatIOException()
        .isThrownBy(() -> storage.move("c", "a"))
        .withMessageContaining("folder");
    assertThat(names("")).containsExactly("a/b", "c");
  }

  @Test
  void readsExactlyTheRangeAskedFor() throws IOException {
    publish("a", "0123456789");
    ByteBuffer target = ByteBuffer.wrap(bytes("........"), 2, 4);

    storage.read("a", 3, target);

    assertThat(target.hasRemaining()).isFalse();
    assertThat(target.limit()).isEqualTo(6);
    assertThat(new String(target.array(), StandardCharsets.UTF_8)).isEqualTo("..3456..");
  }

  @Test
  void aReadBeyondTheEndSaysSo() throws IOException {
    publish("a", "0123456789");

    assertThatThrownBy(() -> storage.read("a", 8, ByteBuffer.allocate(3)))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("a")
        .hasMessageContaining("ends at 10, before 11");
    assertThatThrownBy(() -> storage.read("a", 11, ByteBuffer.allocate(1)))
        .isInstanceOf(EOFException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> storage.read("a", -1, ByteBuffer.allocate(1)));
    storage.read("a", 10, ByteBuffer.allocate(0));
  }

  @Test
  void whatIsNotThereIsMissing() throws IOException {
    publish("a/b", "x");

    for (String name : List.of("b", "a", "a/c", "a/b/c", "x/y/z")) {
      assertThatThrownBy(() -> storage.stat(name)).isInstanceOf(ObjectMissing.class);
      assertThatThrownBy(() -> storage.readAll(name)).isInstanceOf(ObjectMissing.class);
      assertThatThrownBy(() -> storage.read(name, 0, ByteBuffer.allocate(1)))
          .isInstanceOf(ObjectMissing.class);
      assertThatThrownBy(() -> storage.touch(name)).isInstanceOf(ObjectMissing.class);
      assertThatThrownBy(() -> storage.replace(name, new byte[0], new byte[1]))
          .isInstanceOf(ObjectMissing.class);
      assertThat(storage.delete(name)).isFalse();
      assertThat(storage.move(name, "target")).isFalse();
      assertThat(storage.localFile(name)).isEmpty();
    }
    assertThat(names("")).containsExactly("a/b");
  }

  // ---- names

  @Test
  void namesAtTheLimitWork() throws IOException {
    String segment = "A".repeat(200);
    String longest = ("b".repeat(99) + "/").repeat(7) + segment;
    List<String> names = List.of("0", segment, "_%+=@,-.", "a..", longest, "z/y/x/w/v");
    for (String name : names) {
      publish(name, name);
    }

    assertThat(longest).hasSize(900);
    assertThat(names("")).containsExactlyElementsOf(names.stream().sorted().toList());
    for (String name : names) {
      assertThat(text(name)).isEqualTo(name);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", ".hidden", "a/.b", "a b", "a\\b", "a\0b",
        "a\nb", "a:b", "é", "a*b", "~"
      })
  void otherNamesAreRefused(String name) throws IOException {
    assertRefused(name);
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void tooLongNamesAreRefused() throws IOException {
    assertRefused("a".repeat(201));
    assertRefused("b/" + "a".repeat(201));
    assertRefused("a/".repeat(450) + "a");
  }

  private void assertRefused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> publish(name, "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.stat(name));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.readAll(name));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> storage.read(name, 0, ByteBuffer.allocate(0)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> storage.replace(name, new byte[0], new byte[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.move(name, "b"));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.move("b", name));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.touch(name));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.delete(name));
    assertThatIllegalArgumentException().isThrownBy(() -> storage.localFile(name));
    if (!name.isEmpty()) {
      assertThatIllegalArgumentException().isThrownBy(() -> storage.list(name));
    }
  }

  // ---- list

  @Test
  void listsWhatIsBelowAPrefixAtAnyDepth() throws IOException {
    List<String> all = List.of("a-/x", "a/b/c/d", "a/x", "a0/x", "ab/x", "z");
    for (String name : all) {
      publish(name, name);
    }

    assertThat(names("")).containsExactlyElementsOf(all);
    assertThat(names("a")).containsExactly("a/b/c/d", "a/x");
    assertThat(names("a/b")).containsExactly("a/b/c/d");
    assertThat(names("ab")).containsExactly("ab/x");
    assertThat(names("z")).isEmpty();
    assertThat(names("z/x")).isEmpty();
    assertThat(names("a/b/c/d")).isEmpty();
    assertThat(names("nothing")).isEmpty();
    assertThat(names("nothing/at/all")).isEmpty();
  }

  @Test
  void listsManyObjects() throws IOException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String name = "packs/%02x/%04d".formatted(i % 7, i);
      publish(name, "");
      all.add(name);
    }

    assertThat(names("packs")).containsExactlyElementsOf(all.stream().sorted().toList());
  }

  /// An object moved from folder to folder is in every listing that covers both, under one of its
  /// names.
  @Test
  void noListingMissesAnObjectThatMoves() throws Exception {
    for (int i = 0; i < 200; i++) {
      publish("sessions/m/%03d".formatted(i), "x");
    }
    publish("sessions/open/s", "x");
    AtomicBoolean done = new AtomicBoolean();
    Callable<Boolean> mover =
        () -> {
          while (!done.get()) {
            storage.move("sessions/open/s", "sessions/committed/s");
            storage.move("sessions/committed/s", "sessions/open/s");
          }
          return true;
        };
    try (ExecutorService threads = Executors.newSingleThreadExecutor();
        Storage other = another(storage)) {
      Future<Boolean> moving = threads.submit(mover);
      try {
        for (int i = 0; i < 100; i++) {
          assertThat(other.list("sessions")).filteredOn(e -> e.name().endsWith("/s")).hasSize(1);
        }
      } finally {
        done.set(true);
      }
      assertThat(moving.get()).isTrue();
    }
  }

  // ---- delete, touch, replace, move

  @Test
  void deletesOnce() throws IOException {
    publish("a/b", "x");
    publish("a/c", "y");

    assertThat(storage.delete("a/b")).isTrue();
    assertThat(storage.delete("a/b")).isFalse();
    assertThat(names("")).containsExactly("a/c");
    assertThatThrownBy(() -> storage.readAll("a/b")).isInstanceOf(ObjectMissing.class);
  }

  @Test
  void touchIsASignOfLifeAndNothingElse() throws Exception {
    publish("a", "x");
    Entry before = storage.stat("a");
    Entry after = before;
    for (int i = 0; i < 300 && !after.modified().isAfter(before.modified()); i++) {
      Thread.sleep(10);
      storage.touch("a");
      after = storage.stat("a");
    }

    assertThat(after.modified()).isAfter(before.modified());
    assertThat(text("a")).isEqualTo("x");
    assertThat(names("")).containsExactly("a");
  }

  @Test
  void replacesOnlyWhatIsExpected() throws IOException {
    publish("config", "one");

    assertThat(storage.replace("config", bytes("other"), bytes("two"))).isFalse();
    assertThat(storage.replace("config", bytes("on"), bytes("two"))).isFalse();
    assertThat(text("config")).isEqualTo("one");
    assertThat(storage.replace("config", bytes("one"), bytes("number two"))).isTrue();
    assertThat(text("config")).isEqualTo("number two");
    assertThat(names("")).containsExactly("config");
  }

  @Test
  void movesAnObject() throws IOException {
    publish("sessions/open/1", "x");

    assertThat(storage.move("sessions/open/1", "sessions/committed/1")).isTrue();
    assertThat(storage.move("sessions/open/1", "sessions/fenced/1")).isFalse();
    assertThat(names("")).containsExactly("sessions/committed/1");
    assertThat(text("sessions/committed/1")).isEqualTo("x");
  }

  @Test
  void aMoveToATakenNameChangesNothing() throws IOException {
    publish("a", "one");
    publish("b", "two");

    assertThatThrownBy(() -> storage.move("a", "b")).isInstanceOf(ObjectExists.class);
    assertThatThrownBy(() -> storage.move("a", "a")).isInstanceOf(ObjectExists.class);
    assertThat(text("a")).isEqualTo("one");
    assertThat(text("b")).isEqualTo("two");
  }

  @Test
  void aLocalFileHoldsTheObject() throws IOException {
    publish("a/b", "hello");

    if (storage.localFile("a/b").isPresent()) {
      assertThat(Files.readAllBytes(storage.localFile("a/b").get())).isEqualTo(bytes("hello"));
    }
  }

  // ---- races

  @Test
  void ofManyWhoPublishOneNameOneWins() throws Exception {
    for (int round = 0; round < 20; round++) {
      String name = "race/" + round;
      List<Boolean> won =
          race((thread, own) -> {
            byte[] content = new byte[10_000];
            Arrays.fill(content, (byte) thread);
            try {
              own.publish(name, Content.of(content));
              return true;
            } catch (ObjectExists e) {
              return false;
            }
          });
      assertThat(won).containsOnlyOnce(true);
      byte[] expected = new byte[10_000];
      Arrays.fill(expected, (byte) won.indexOf(true));
      assertThat(storage.readAll(name)).isEqualTo(expected);
    }
  }

  @Test
  void ofManyWhoMoveOneObjectOneWins() throws Exception {
    for (int round = 0; round < 20; round++) {
      String name = round + "/from";
      String target = round + "/to";
      publish(name, "x");
      List<Boolean> won = race((thread, own) -> own.move(name, target + thread));
      assertThat(won).containsOnlyOnce(true);
      assertThat(names("" + round)).containsExactly(target + won.indexOf(true));
    }
  }

  @Test
  void ofManyWhoMoveToOneNameOneWinsAndNothingIsLost() throws Exception {
    for (int round = 0; round < 20; round++) {
      String folder = "to" + round;
      for (int thread = 0; thread < THREADS; thread += 2) {
        publish(folder + "/from" + thread, "" + thread);
      }
      List<Boolean> won =
          race((thread, own) -> {
            try {
              if (thread % 2 == 0) {
                return own.move(folder + "/from" + thread, folder + "/target");
              }
              own.publish(folder + "/target", Content.of(bytes("" + thread)));
              return true;
            } catch (ObjectExists e) {
              return false;
            }
          });
      assertThat(won).containsOnlyOnce(true);
      int winner = won.indexOf(true);
      assertThat(text(folder + "/target")).isEqualTo("" + winner);
      assertThat(names(folder)).hasSize(THREADS / 2 + 1 - (winner % 2 == 0 ? 1 : 0));
    }
  }

  @Test
  void replacesAreNotLost() throws Exception {
    publish("counter", "0");
    race((thread, own) -> {
      for (int i = 0; i < 10; ) {
        byte[] have = own.readAll("counter");
        int value = Integer.parseInt(new String(have, StandardCharsets.UTF_8));
        if (own.replace("counter", have, bytes("" + (value + 1)))) {
          i++;
        }
      }
      return true;
    });

    assertThat(text("counter")).isEqualTo("" + 10 * THREADS);
  }

  @Test
  void aDeletedObjectIsNotRevivedByAReplace() throws Exception {
    for (int round = 0; round < 20; round++) {
      String name = "revive/" + round;
      publish(name, "0");
      race((thread, own) -> {
        try {
          return thread == 0 ? own.delete(name) : own.replace(name, bytes("0"), bytes("0"));
        } catch (ObjectMissing e) {
          return false;
        }
      });
      assertThat(names("revive")).isEmpty();
    }
  }

  @Test
  void ofManyWhoDeleteOneObjectOneDoes() throws Exception {
    publish("a", "x");

    assertThat(race((thread, own) -> own.delete("a"))).containsOnlyOnce(true);
  }

  @Test
  void packsArePublishedFromSeveralThreadsAtOnce() throws Exception {
    race((thread, own) -> {
      byte[] content = new byte[3 << 20];
      RandomGenerator chance = RandomGeneratorFactory.of("L64X128MixRandom").create(thread);
      chance.nextBytes(content);
      own.publish("packs/%02x/%d".formatted(thread % 2, thread), Content.of(content));
      return Arrays.equals(own.readAll("packs/%02x/%d".formatted(thread % 2, thread)), content);
    });

    assertThat(names("packs")).hasSize(THREADS);
  }

  private interface Contender {
    boolean run(int thread, Storage own) throws Exception;
  }

  /// Runs all at once, half of them by the storage under test, half by another opening of it.
  private List<Boolean> race(Contender contender) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<Boolean>> running = new ArrayList<>();
    List<Boolean> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Storage other = another(storage)) {
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        running.add(
            threads.submit(() -> {
              start.await();
              return contender.run(thread, thread % 4 < 2 ? storage : other);
            }));
      }
      for (Future<Boolean> one : running) {
        results.add(one.get());
      }
    }
    return results;
  }
}
