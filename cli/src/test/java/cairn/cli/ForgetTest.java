package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.cli.shell.Environment;
import cairn.linux.test.Command;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keeping what is to be kept, and forgetting the rest.
class ForgetTest {
  @TempDir Path folder;
  private Path repository;
  private Path image;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Images.make(folder.resolve("disk.img"), seed);
    desk = Desk.withRepository(repository);
    desk.run("init").expect(0);
  }

  @Test
  void thePlanIsShownWithReasonsAndThenCarriedOut() throws IOException {
    List<String> a = backups("a", 3);
    List<String> b = backups("b", 1);
    Desk.Result dry = desk.run("forget", "--keep-last", 2, "--dry-run").expect(0);
    assertThat(dry.out())
        .contains("Group a, policy: last 2", "Group b, policy: last 2")
        .containsPattern("(?m)^" + a.get(2).substring(0, 8) + ".* keep +last 1$")
        .containsPattern("(?m)^" + a.get(1).substring(0, 8) + ".* keep +last 2$")
        .containsPattern("(?m)^" + a.get(0).substring(0, 8) + ".* forget$")
        .contains("Would forget 1 snapshot and keep 3; nothing was changed.");
    assertThat(ids()).hasSize(4);
    Desk.Result real = desk.run("forget", "--keep-last", 2).expect(0);
    assertThat(real.out()).contains("Forgot 1 snapshot, kept 3.");
    assertThat(ids()).containsExactlyInAnyOrder(a.get(1), a.get(2), b.get(0));
    desk.run("restore", a.get(1), folder.resolve("copy.img")).expect(0);
    assertThat(folder.resolve("copy.img")).hasSameBinaryContentAs(image);
  }

  @Test
  void programsGetThePlanToo() {
    List<String> a = backups("a", 2);
    backups("b", 2);
    for (boolean dry : new boolean[] {true, false}) {
      Object[] words = {"forget", "--group", "a", "--keep-daily", 1, "--json", "--dry-run"};
      JsonObject json = desk.run(java.util.Arrays.copyOf(words, dry ? 7 : 6)).expect(0).json();
      assertThat(json.get("dryRun").getAsBoolean()).isEqualTo(dry);
      assertThat(json.getAsJsonArray("groups")).hasSize(1);
      JsonObject group = json.getAsJsonArray("groups").get(0).getAsJsonObject();
      assertThat(group.get("group").getAsString()).isEqualTo("a");
      assertThat(group.getAsJsonObject("policy").get("daily").getAsInt()).isEqualTo(1);
      JsonObject kept = group.getAsJsonArray("kept").get(0).getAsJsonObject();
      assertThat(kept.get("id").getAsString()).isEqualTo(a.get(1));
      assertThat(kept.get("reason").getAsString()).isEqualTo("daily 1");
      assertThat(texts(group.getAsJsonArray("forgotten"))).containsExactly(a.get(0));
      assertThat(texts(json.getAsJsonArray("forgotten"))).containsExactly(a.get(0));
      assertThat(ids()).hasSize(dry ? 4 : 3);
    }
  }

  @Test
  void theSpaceIsGivenBackAtOnceIfWanted(Seed seed) throws IOException {
    List<String> a = backups("a", 1);
    Files.write(image, seed.bytes((int) Files.size(image)));
    List<String> b = backups("b", 1);
    Desk.Result text = desk.run("forget", a.getFirst(), "--gc").expect(0);
    assertThat(text.out().lines().map(line -> line.replaceAll(" .*", "")))
        .startsWith("Forgot", "Plan:", "Freed");
    assertThat(desk.run("gc", "--dry-run").expect(0).out()).startsWith("Plan: nothing to remove.");
    desk.run("restore", b.getFirst(), folder.resolve("copy.img")).expect(0);
    assertThat(folder.resolve("copy.img")).hasSameBinaryContentAs(image);
    JsonObject json = desk.run("forget", "--keep-last", 1, "--gc", "--json").expect(0).json();
    assertThat(json.getAsJsonArray("forgotten")).isEmpty();
    assertThat(json.getAsJsonObject("gc").get("packsRemoved").getAsLong()).isZero();
    desk.run("forget", b.getFirst(), "--gc", "--dry-run").expectSentence(2, "--gc", "--dry-run");
    assertThat(ids()).containsExactly(b.getFirst());
  }

  @Test
  void aNamedSnapshotCanBeTriedToo() {
    List<String> a = backups("a", 1);
    String out = desk.run("forget", "latest", "-n").expect(0).out();
    assertThat(out).startsWith("Would forget snapshot " + a.getFirst().substring(0, 8));
    assertThat(ids()).hasSize(1);
  }

  @Test
  void whatIsPinnedStays() {
    List<String> a = backups("a", 3);
    String pinned = a.getFirst();
    assertThat(desk.run("pin", pinned, "--reason", "before the move").expect(0).out())
        .startsWith("Pinned snapshot " + pinned.substring(0, 8) + " of a");
    assertThat(desk.run("snapshots").expect(0).out())
        .containsPattern("(?m)^" + pinned.substring(0, 8) + ".* a +unknown +yes$")
        .doesNotContainPattern("(?m)^" + a.getLast().substring(0, 8) + ".* yes");
    assertThat(desk.run("show", pinned).expect(0).out())
        .containsPattern("(?m)^pinned +since 2.*: before the move$");
    assertThat(desk.run("show", "latest").expect(0).out()).containsPattern("(?m)^pinned +no$");
    JsonObject shown = desk.run("show", pinned, "--json").json();
    assertThat(shown.get("pinned").getAsBoolean()).isTrue();
    assertThat(shown.getAsJsonArray("pins")).hasSize(1);

    desk.run("forget", a.get(1), pinned)
        .expectSentence(1, pinned + " of a is pinned", "nothing was forgotten", "cairn unpin");
    desk.run("forget", pinned, "--dry-run").expectSentence(1, "is pinned");
    assertThat(ids()).as("all or none").hasSize(3);

    Desk.Result forget = desk.run("forget", "--keep-last", 1).expect(0);
    assertThat(forget.out()).containsPattern("(?m)^" + pinned.substring(0, 8) + ".* keep +pinned$");
    assertThat(ids()).containsExactly(pinned, a.getLast());

    assertThat(desk.run("unpin", pinned, "latest").expect(0).out())
        .contains("Unpinned snapshot " + pinned.substring(0, 8))
        .contains("Snapshot " + a.getLast().substring(0, 8) + " was not pinned");
    desk.run("forget", "--keep-last", 1).expect(0);
    assertThat(ids()).containsExactly(a.getLast());
  }

  @Test
  void aPinThatIsDamagedPinsAndCanBeRemoved() throws IOException {
    String pinned = backups("a", 1).getFirst();
    desk.run("pin", "latest").expect(0);
    Images.flip(only("pins"), 50);
    assertThat(desk.run("check").expect(4).out()).contains("corrupt pin ");
    Desk.Result list = desk.run("snapshots").expect(4);
    assertThat(list.out()).contains(" yes");
    assertThat(list.err()).contains("corrupt pin ");
    desk.run("forget", "latest").expectSentence(1, "is pinned");
    desk.run("unpin", "latest").expect(0);
    desk.run("check").expect(0);
    desk.run("forget", pinned).expect(0);
  }

  @Test
  void aPinOutlivesItsSnapshotAndCanBeRemovedAllTheSame() throws IOException {
    String pinned = backups("a", 1).getFirst();
    desk.run("pin", "latest").expect(0);
    Files.delete(only("snapshots"));
    desk.run("check").expect(0);
    desk.run("unpin", pinned.substring(0, 8)).expectSentence(1, "there is no snapshot");
    assertThat(desk.run("unpin", pinned).expect(0).out()).startsWith("Unpinned snapshot ");
    desk.run("unpin", pinned).expectSentence(1, "there is no snapshot");
  }

  @Test
  void forgetByItselfGoesByTheStoredPolicies() {
    backups("a", 3);
    List<String> b = backups("b", 3);
    assertThat(desk.run("policy", "list").expect(0).out()).startsWith("No policies");
    assertThat(desk.run("policy", "set", "b", "--keep-last", 2, "--keep-within", "1y6m").out())
        .startsWith("The policy of group b is now: last 2, within 1y6m");
    desk.run("policy", "set", "b", "--keep-last", 2).expect(0);
    desk.run("forget").expect(0);
    assertThat(ids()).as("group a has no policy").hasSize(5).contains(b.get(1), b.get(2));
    desk.run("forget", "--group", "a").expectSentence(2, "no policy", "group 'a'", "policy set");

    desk.run("policy", "set", "--default", "--keep-last", 1).expect(0);
    assertThat(desk.run("policy", "list").expect(0).out())
        .containsPattern("(?m)^b +last 2$")
        .containsPattern("(?m)^\\(all others\\) +last 1$");
    desk.run("forget", "--group", "b").expect(0);
    assertThat(ids()).hasSize(5);
    desk.run("forget").expect(0);
    assertThat(ids()).hasSize(3);

    desk.run("policy", "remove", "b").expect(0);
    desk.run("forget").expect(0);
    assertThat(ids()).hasSize(2);
    desk.run("policy", "remove", "b").expectSentence(1, "no policy of group b", "policy list");
    desk.run("policy", "remove", "--default").expect(0);
    desk.run("forget").expectSentence(2, "no policy is stored", "--keep-daily", "policy set");
    desk.run("check").expect(0);
  }

  @Test
  void policiesOfAnEncryptedRepositoryAreSealed() throws IOException {
    Path other = folder.resolve("encrypted");
    Desk first = Desk.withRepository(other).set(Environment.PASSPHRASE, "first");
    first.run("init", "--encrypt").expect(0);
    first.run("backup", image).expect(0);
    Desk.withRepository(other)
        .set(Environment.PASSPHRASE, "second")
        .run("policy", "set", "--default", "--keep-last", 1)
        .expectSentence(6, "wrong key");
    first.run("policy", "set", "--default", "--keep-last", 1).expect(0);
    first.set(Environment.NEW_PASSPHRASE, "second").run("key", "add").expect(0);
    Desk second = Desk.withRepository(other).set(Environment.PASSPHRASE, "second");
    assertThat(second.run("forget").expect(0).out()).contains("last 1");
    assertThat(Desk.withRepository(other).run("policy", "list").expect(0).out()).contains("last 1");
  }

  /// The first reads the config, then waits for its passphrase until the second is done.
  @Test
  void ofTwoChangesAtTheSameTimeOneIsRefused() throws Exception {
    Path other = folder.resolve("encrypted");
    Desk there = Desk.withRepository(other).set(Environment.PASSPHRASE, "first");
    there.run("init", "--encrypt").expect(0);
    Path pipe = folder.resolve("pipe");
    Command.run("mkfifo", pipe.toString());
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Object[] slow = {"policy", "set", "a", "--keep-last", 1, "--passphrase-file", pipe};
      Future<Desk.Result> first = executor.submit(() -> there.run(slow));
      try (OutputStream passphrase = Files.newOutputStream(pipe)) {
        there.run("policy", "set", "b", "--keep-last", 1).expect(0);
        passphrase.write("first".getBytes(StandardCharsets.UTF_8));
      }
      first.get().expectSentence(5, "another process changed keys or policies", "run it again");
    }
    JsonObject list = there.run("policy", "list", "--json").expect(0).json();
    assertThat(list.getAsJsonArray("policies")).hasSize(1);
  }

  @Test
  void aDamagedRecordIsWarnedOfAndNeverRemoved() throws IOException {
    String damaged = backups("a", 1).getFirst();
    Path record = only("snapshots");
    List<String> others = backups("a", 2);
    Images.flip(record, 60);
    Desk.Result forget = desk.run("forget", "--keep-last", 1).expect(3);
    assertThat(forget.err()).startsWith("cairn: warning: corrupt snapshot " + damaged);
    assertThat(record).exists();
    Images.flip(record, 60);
    assertThat(ids()).containsExactly(damaged, others.getLast());
  }

  @Test
  void whatMakesNoSenseIsRefusedAndNothingIsForgotten() {
    backups("a", 2);
    desk.run("forget", "latest", "--keep-last", 1).expectSentence(2, "not both");
    desk.run("forget", "latest", "--group", "a").expectSentence(2, "not both");
    desk.run("forget", "--keep-last", 0).expectSentence(2, "would forget every snapshot");
    desk.run("forget", "--keep-daily", -1).expectSentence(2, "daily", "-1");
    desk.run("forget", "--keep-daily", "many").expectSentence(2, "many");
    desk.run("forget", "--keep-within", "5x").expectSentence(2, "'5x' is no duration", "30d");
    desk.run("forget", "--keep-last", 1, "--group", "c").expectSentence(1, "group 'c'");
    desk.run("policy", "set", "a").expectSentence(2, "--keep-daily");
    desk.run("policy", "set", "a", "--default", "--keep-last", 1).expectSentence(2, "--default");
    desk.run("policy", "set", "--keep-last", 1).expectSentence(2, "name a group");
    desk.run("policy", "set", "a", "--keep-last", 0).expectSentence(2, "would forget every");
    desk.run("policy", "set", "n".repeat(201), "--keep-last", 1).expectSentence(2, "group name");
    desk.run("pin", "latest", "--reason", "two\nlines").expectSentence(2, "one line");
    desk.run("pin", "latest", "f00").expectSentence(1, "no snapshot 'f00'");
    assertThat(desk.run("snapshots").expect(0).out()).as("all or none").doesNotContain(" yes");
    assertThat(ids()).hasSize(2);
    assertThat(desk.run("policy", "list").expect(0).out()).startsWith("No policies");
  }

  /// @return their ids, the oldest first
  private List<String> backups(String group, int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonObject backup = desk.run("backup", image, "--name", group, "--json").expect(0).json();
      ids.add(backup.get("snapshot").getAsString());
    }
    return ids;
  }

  private List<String> ids() {
    JsonArray snapshots =
        desk.run("snapshots", "--json").expect(0).json().getAsJsonArray("snapshots");
    return snapshots.asList().stream()
        .map(each -> each.getAsJsonObject().get("snapshot").getAsString())
        .toList();
  }

  private static List<String> texts(JsonArray array) {
    return array.asList().stream().map(JsonElement::getAsString).toList();
  }

  /// The one object of a kind.
  private Path only(String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve(prefix))) {
      List<Path> objects = files.filter(Files::isRegularFile).toList();
      assertThat(objects).hasSize(1);
      return objects.getFirst();
    }
  }
}
