package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.cli.report.JsonFields;
import cairn.cli.shell.Environment;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What programs get is what the manual says.
class JsonTest {
  @TempDir Path folder;

  @Test
  void everyCommandPrintsTheFieldsThatItDocuments(Seed seed) throws IOException {
    Path image = Images.make(folder.resolve("disk.img"), seed);
    Desk desk =
        Desk.withRepository(folder.resolve("repository"))
            .set(Environment.PASSPHRASE, "first")
            .set(Environment.NEW_PASSPHRASE, "second");
    matches(desk, "init", "--encrypt");
    matches(desk, "backup", image);
    matches(desk, "snapshots");
    matches(desk, "show", "latest");
    matches(desk, "diff", "latest", "latest");
    matches(desk, "restore", "latest", folder.resolve("copy.img"));
    matches(desk, "export", "latest", folder.resolve("copy.qcow2"));
    matches(desk, "check");
    matches(desk, "check", "--repair");
    matches(desk, "stats");
    matches(desk, "rebuild-index");
    matches(desk, "key list");
    matches(desk, "key add");
    matches(desk, "key export");
    JsonObject slots = desk.run("key", "list", "--json").json();
    String added = slots.getAsJsonArray("slots").get(1).getAsJsonObject().get("slot").getAsString();
    matches(desk, "key remove", added);
    matches(desk, "storage probe");
    matches(desk, "policy set", "--default", "--keep-daily", 1);
    matches(desk, "policy list");
    matches(desk, "forget");
    matches(desk, "policy remove", "--default");
    matches(desk, "pin", "latest");
    matches(desk, "show", "latest");
    matches(desk, "unpin", "latest");
    matches(desk, "forget", "latest");
  }

  @Test
  void soDoThoseThatLookInside() throws IOException {
    Path image = folder.resolve("disk.img");
    cairn.linux.test.Command.run("mkfs.ext4", "-q", image.toString(), "8M");
    Desk desk = new Desk();
    matches(desk, "ls", image);
    matches(desk, "find", image, "--type", "d");
    matches(desk, "cp", image + ":/lost+found", folder);
    matches(desk, "df", image);
    matches(desk, "fsck", image);
  }

  @Test
  void soDoThoseThatLookAtDevices() throws IOException {
    try (LiveDisk disk = new LiveDisk(folder, "disk")) {
      matches(new Desk(), "tracker start", disk.device());
      matches(new Desk(), "tracker status", disk.device());
      matches(new Desk(), "doctor", disk.device());
      matches(new Desk(), "tracker stop", disk.device());
    }
  }

  @Test
  void damageIsAList(Seed seed) throws IOException {
    Path image = Images.make(folder.resolve("disk.img"), seed);
    Path repository = folder.resolve("repository");
    Desk desk = Desk.withRepository(repository);
    desk.run("init").expect(0);
    JsonObject backup = desk.run("backup", image, "--json").expect(0).json();
    Path record;
    try (var records = java.nio.file.Files.walk(repository.resolve("snapshots"))) {
      record = records.filter(java.nio.file.Files::isRegularFile).findFirst().orElseThrow();
    }
    Images.flip(record, 100);
    JsonObject check = desk.run("check", "--json").expect(4).json();
    assertThat(check.get("ok").getAsBoolean()).isFalse();
    JsonObject problem = check.getAsJsonArray("problems").get(0).getAsJsonObject();
    assertThat(problem.get("type").getAsString()).isEqualTo("corrupt");
    assertThat(problem.get("kind").getAsString()).isEqualTo("snapshot");
    assertThat(problem.get("id").getAsString()).isEqualTo(backup.get("snapshot").getAsString());
  }

  @Test
  void failuresAreObjectsToo() {
    Desk desk = Desk.withRepository(folder.resolve("none"));
    JsonObject failure = desk.run("snapshots", "--json").expect(1).json();
    assertThat(failure.keySet()).containsExactly("error", "exitCode");
    assertThat(failure.get("error").getAsString()).startsWith("there is no repository at");
    assertThat(failure.get("exitCode").getAsInt()).isEqualTo(1);
    JsonObject misuse = desk.run("show", "--json").expect(2).json();
    assertThat(misuse.get("exitCode").getAsInt()).isEqualTo(2);
  }

  private static void matches(Desk desk, String command, Object... arguments) {
    List<String> path = List.of(command.split(" ", -1));
    Object[] words = new Object[path.size() + arguments.length + 1];
    for (int i = 0; i < path.size(); i++) {
      words[i] = path.get(i);
    }
    System.arraycopy(arguments, 0, words, path.size(), arguments.length);
    words[words.length - 1] = "--json";
    Set<String> fields = desk.run(words).expect(0).json().keySet();
    assertThat(fields).as(command).containsExactlyInAnyOrderElementsOf(documented(path));
  }

  static List<String> documented(List<String> path) {
    CommandLine command = HelpTest.commands();
    for (String name : path) {
      command = Objects.requireNonNull(command.getSubcommands().get(name));
    }
    JsonFields fields =
        command.getCommandSpec().userObject().getClass().getAnnotation(JsonFields.class);
    return Arrays.stream(fields.value()).map(each -> each.substring(0, each.indexOf(':'))).toList();
  }
}
