package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.test.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FaultyStorageTest extends StorageContract {
  @Override
  protected Storage newStorage() {
    return new FaultyStorage();
  }

  @Override
  protected Storage another(Storage storage) {
    return storage;
  }

  private static FaultyStorage with(String... names) throws IOException {
    MemoryStorage start = new MemoryStorage();
    for (String name : names) {
      start.publish(name, Content.of(bytes(name)));
    }
    return new FaultyStorage(start);
  }

  private static List<String> names(Storage storage) throws IOException {
    return storage.list("").stream().map(Storage.Entry::name).toList();
  }

  @Test
  void failsBeforeOrAfterItsEffect() throws IOException {
    FaultyStorage storage = with("a").failBefore(2).failAfter(3);

    assertThat(storage.delete("b")).isFalse();
    assertThatIOException().isThrownBy(() -> storage.publish("b", Content.of(bytes("1"))));
    assertThatIOException().isThrownBy(() -> storage.publish("c", Content.of(bytes("2"))));
    assertThat(names(storage)).containsExactly("a", "c");
    assertThat(names(storage.restart())).containsExactly("a", "c");
    storage.verify();
  }

  @Test
  void crashesAtEveryChange() throws IOException {
    List<List<String>> survived = new ArrayList<>();
    for (long n = 1; ; n++) {
      FaultyStorage storage = with("a").crashBefore(n);
      try {
        storage.publish("b", Content.of(bytes("b")));
        storage.stat("b");
        storage.move("a", "c");
        storage.delete("b");
      } catch (FaultyStorage.Crashed e) {
        assertThatThrownBy(() -> storage.list("")).isInstanceOf(FaultyStorage.Crashed.class);
      }
      survived.add(names(storage.restart()));
      if (n > 3) {
        break;
      }
    }

    assertThat(survived)
        .containsExactly(List.of("a"), List.of("a", "b"), List.of("b", "c"), List.of("c"));
  }

  @Test
  void crashesAfterAChange() throws IOException {
    FaultyStorage storage = with("a").crashAfter(1);

    assertThatThrownBy(() -> storage.move("a", "b")).isInstanceOf(FaultyStorage.Crashed.class);
    assertThat(storage.crashed()).isTrue();
    assertThat(names(storage.restart())).containsExactly("b");
  }

  @Test
  void aLieIsLostInACrash() throws IOException {
    FaultyStorage storage = with("a").lieAt(1);

    storage.publish("b", Content.of(bytes("b")));
    storage.move("b", "c");
    storage.publish("d", Content.of(bytes("d")));
    assertThat(names(storage)).containsExactly("a", "c", "d");
    assertThat(names(storage.restart())).containsExactly("a", "d");
  }

  @Test
  void tearsFlipsAndReadErrors() throws IOException {
    FaultyStorage storage = with("p/a", "p/b").tearAt(1, 2).flipAtRest("p/b", 17);
    storage.publish("c", Content.of(bytes("torn")));
    storage.unreadable("p/a").flipOnRead("c", 8);

    assertThatIOException().isThrownBy(() -> storage.readAll("p/a"));
    assertThat(storage.stat("p/a").size()).isEqualTo(3);
    assertThat(storage.readAll("p/b")).isEqualTo(new byte[] {'p', '/', 'b' ^ 2});
    storage.read("c", 0, ByteBuffer.allocate(1));
    assertThat(storage.readAll("c")).isEqualTo(new byte[] {'t', 'o' ^ 1});
    assertThat(storage.readAll("c")).isEqualTo(bytes("to"));
    storage.verify();
  }

  @Test
  void listingsThatLie() throws IOException {
    assertThat(names(with("a", "b", "c").omitFromLists("a").repeatInLists("b")))
        .containsExactly("b", "b", "c");
  }

  @Test
  void getsFull() throws IOException {
    FaultyStorage storage = with("a").fullAfter(3);

    storage.publish("b", Content.of(bytes("12")));
    assertThatIOException()
        .isThrownBy(() -> storage.publish("c", Content.of(bytes("1"))))
        .withMessageContaining("no space");
    assertThat(names(storage)).containsExactly("a", "b");
    storage.delete("a");
    storage.publish("c", Content.of(bytes("1")));
  }

  @Test
  void failsAtRandomAndHeals(Seed seed) throws IOException {
    FaultyStorage storage = with("a").failAtRandom(seed.random(), 0.5);
    int failures = 0;
    for (int i = 0; i < 1_000; i++) {
      try {
        storage.stat("a");
      } catch (IOException e) {
        failures++;
      }
    }

    assertThat(failures).isBetween(300, 700);
    storage.heal();
    assertThatNoException().isThrownBy(() -> storage.stat("a"));
  }

  @Test
  void anUnfiredFaultIsAFailure() throws IOException {
    for (FaultyStorage storage :
        List.of(
            with("a").failAfter(7),
            with("a").lieAt(1),
            with("a").unreadable("a"),
            with("a").flipOnRead("a", 3),
            with("a").omitFromLists("a"),
            with("a").tearAt(1, 0))) {
      assertThatThrownBy(storage::close).isInstanceOf(AssertionError.class);
      storage.heal().close();
    }
    with("a").crashAfter(1).fullAfter(1).close();
  }
}
