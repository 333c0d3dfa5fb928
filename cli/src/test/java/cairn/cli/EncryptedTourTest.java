package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.cli.shell.Environment;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The main job with a key.
class EncryptedTourTest {
  @TempDir Path folder;
  private Path image;
  private Path repository;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    repository = folder.resolve("repository");
    image = Images.make(folder.resolve("disk.img"), seed);
  }

  private Desk desk() {
    return Desk.withRepository(repository);
  }

  private Desk desk(String passphrase) {
    return desk().set(Environment.PASSPHRASE, passphrase);
  }

  @Test
  void onlyTheKeyOpensIt() throws IOException {
    desk().type("open sesame", "open sesame").run("init", "--encrypt").expect(0);
    desk("open sesame").run("backup", image).expect(0);
    desk().type("open sesame").run("snapshots").expect(0);
    desk("close sesame").run("snapshots").expectSentence(6, "wrong key");
    desk().type("close sesame").run("check").expectSentence(6, "wrong key");
    desk().run("snapshots").expectSentence(1, "CAIRN_PASSPHRASE", "--passphrase-file");
    Path copy = folder.resolve("copy.img");
    desk("open sesame").run("restore", "latest", copy).expect(0);
    assertThat(copy).hasSameBinaryContentAs(image);
    desk("open sesame").run("check", "--read-data").expect(0);
  }

  @Test
  void aPassphraseTypedWrongTheSecondTimeMakesNothing() {
    desk().type("one", "other").run("init", "--encrypt").expectSentence(2, "differ");
    assertThat(repository.resolve("config")).doesNotExist();
  }

  @Test
  void keysComeAndGo(Seed seed) throws IOException {
    desk("first").run("init", "--encrypt").expect(0);
    Path keyFile = Files.write(folder.resolve("key"), seed.bytes(64));
    Path second = Files.writeString(folder.resolve("passphrase"), "second\n");

    desk("first").run("key", "add", "--new-key-file", keyFile, "--label", "server").expect(0);
    desk("first").set(Environment.NEW_PASSPHRASE, "second").run("key", "add").expect(0);
    desk().run("snapshots", "--key-file", keyFile).expect(0);
    desk().run("snapshots", "--passphrase-file", second).expect(0);

    String list = desk().run("key", "list").expect(0).out();
    assertThat(list.lines()).hasSize(4);
    assertThat(list).contains("key-file", "server");
    String slot = slot(0);
    desk("first").run("key", "remove", slot).expectSentence(6, "could lock everyone out");
    desk("second").run("key", "remove", slot).expect(0);
    desk("first").run("snapshots").expectSentence(6, "wrong key");
    desk("second").run("key", "remove", slot).expectSentence(1, "no key slot", "cairn key list");
    desk("wrong").run("key", "add", "--new-key-file", keyFile).expectSentence(6, "wrong key");
  }

  @Test
  void whatIsPrintedOpensItWhenAllElseIsLost() throws IOException {
    desk("first").run("init", "--encrypt").expect(0);
    desk("first").run("backup", image).expect(0);
    Path paper = folder.resolve("paper.txt");
    Files.writeString(paper, desk("first").run("key", "export").expect(0).out());
    desk().run("snapshots", "--paper-key-file", paper).expect(0);
    Path recovery = folder.resolve("recovery.txt");
    Files.writeString(recovery, desk("first").run("key", "add", "--recovery").expect(0).out());
    Path copy = folder.resolve("copy.img");
    desk().run("restore", "latest", copy, "--paper-key-file", recovery).expect(0);
    assertThat(copy).hasSameBinaryContentAs(image);

    String good = Files.readString(paper);
    String typo = good.replaceFirst("(?m)^3  .", good.contains("\n3  Z") ? "3  Y" : "3  Z");
    Files.writeString(paper, typo);
    desk().run("snapshots", "--paper-key-file", paper).expectSentence(1, "line 3 of the paper key");
  }

  @Test
  void aRepositoryWithoutKeysSaysSo() {
    desk().run("init").expect(0);
    desk().run("key", "list").expectSentence(1, "is not encrypted", "init --encrypt");
    desk().run("key", "export").expectSentence(1, "is not encrypted");
  }

  @Test
  void secretsThatDoNotFitTogetherAreRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "short");
    desk().run("init", "--key-file", file).expectSentence(2, "--encrypt");
    desk().run("init", "--encrypt", "--key-file", file).expectSentence(2, "key file has 5 bytes");
    desk("first").run("init", "--encrypt").expect(0);
    desk()
        .run("snapshots", "--key-file", file, "--passphrase-file", file)
        .expectSentence(2, "only one");
    desk()
        .run("snapshots", "--passphrase-file", folder.resolve("none"))
        .expectSentence(1, "there is no file");
  }

  private String slot(int number) {
    JsonObject list = desk().run("key", "list", "--json").expect(0).json();
    return list.getAsJsonArray("slots").get(number).getAsJsonObject().get("slot").getAsString();
  }
}
