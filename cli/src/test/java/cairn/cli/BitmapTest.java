package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.base.test.UnixServer;
import cairn.linux.test.Command;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Increments by dirty bitmaps of QEMU.
class BitmapTest {
  private static final int BLOCKS = 160;
  private static final long BYTES = (long) BLOCKS * Images.BLOCK;

  @TempDir Path folder;
  private Path image;
  private Desk desk;

  @BeforeEach
  void prepare(Seed seed) throws IOException {
    Path raw = Files.write(folder.resolve("raw"), seed.bytes((int) BYTES));
    image = folder.resolve("image.qcow2");
    Command.run("qemu-img", "convert", "-O", "qcow2", raw.toString(), image.toString());
    Files.delete(raw);
    desk = Desk.withRepository(folder.resolve("repository"));
    desk.run("init").expect(0);
    start("one");
    backup("", "--next-bitmap", "one");
  }

  private void start(String bitmap) throws IOException {
    Command.run("qemu-img", "bitmap", "--add", image.toString(), bitmap);
  }

  private void write(String pattern, String where) throws IOException {
    Command.run("qemu-io", "-f", "qcow2", "-c", "write -P " + pattern + " " + where, "" + image);
  }

  /// @param bitmap to be shown; empty for none
  private Desk.Result serve(String bitmap, Object... options) throws IOException {
    Path socket = folder.resolve("socket");
    List<String> server = new ArrayList<>(List.of("qemu-nbd", "-r", "-t", "-f", "qcow2"));
    server.addAll(bitmap.isEmpty() ? List.of() : List.of("-B", bitmap));
    server.addAll(List.of("-k", socket.toString(), image.toString()));
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of("backup", "nbd+unix:///?socket=" + socket, "--name", "vm", "--json"));
    arguments.addAll(List.of(options));
    try (UnixServer ready = UnixServer.start(socket, server)) {
      assertThat(ready.socket()).exists();
      return desk.run(arguments.toArray());
    }
  }

  /// @return the bytes that were read of the export
  private long backup(String bitmap, Object... options) throws IOException {
    JsonObject report = serve(bitmap, options).expect(0).json();
    assertRestores();
    return report.get("bytesRead").getAsLong();
  }

  private void assertRestores() throws IOException {
    Path copy = folder.resolve("copy");
    desk.run("restore", "latest", copy, "--force").expect(0);
    Command.run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", "" + copy, "" + image);
  }

  private String because() {
    JsonObject shown = desk.run("show", "latest", "--json").expect(0).json();
    JsonObject volume = shown.getAsJsonArray("volumes").get(0).getAsJsonObject();
    return volume.getAsJsonObject("source").get("because").getAsString();
  }

  @Test
  void onlyWhatWasWrittenToIsRead() throws IOException {
    write("7", "10M 300k");
    start("two");
    assertThat(backup("one", "--bitmap", "one", "--next-bitmap", "two"))
        .isEqualTo(3 * Images.BLOCK);
    write("8", "1M 1k");
    start("three");
    assertThat(backup("two", "--bitmap", "two", "--next-bitmap", "three")).isEqualTo(Images.BLOCK);
  }

  /// A bitmap tells what was written to since it was started, and that must be when the snapshot
  /// was made that is compared with.
  @Test
  void aBitmapCountsAfterItsOwnSnapshotOnly() throws IOException {
    write("7", "10M 300k");
    start("late");
    assertThat(backup("late", "--bitmap", "late")).isEqualTo(BYTES);
    assertThat(because()).contains("after the last snapshot");
    assertThat(backup("one", "--bitmap", "one")).as("that one has no next").isEqualTo(BYTES);
    assertThat(because()).contains("no tracker went on");
  }

  @Test
  void aBitmapThatIsNotThereIsNotTrusted() throws IOException {
    write("7", "10M 300k");
    Desk.Result backup = serve("", "--bitmap", "one").expect(0);
    assertThat(backup.json().get("bytesRead").getAsLong()).isEqualTo(BYTES);
    assertThat(backup.err()).contains("the server shows no bitmap 'one'", "everything is read");
    assertRestores();
  }

  /// As after something wrote to the image that did not keep the bitmap.
  @Test
  void aBitmapThatMissedWritesIsFoundOut() throws IOException {
    Command.run("qemu-img", "bitmap", "--remove", image.toString(), "one");
    write("9", "0 15M");
    start("one");
    Desk.Result backup = serve("one", "--bitmap", "one").expect(3);
    assertThat(backup.err()).contains("differs from the last snapshot", "everything was read");
    assertThat(backup.json().get("bytesRead").getAsLong()).isEqualTo(BYTES);
    assertRestores();
  }

  @Test
  void bitmapsAreForOneExport() {
    desk.run("backup", image, "--bitmap", "one").expectSentence(2, "for one NBD export");
    desk.run("backup", "nbd://localhost/", "--bitmap", "one", "--next-bitmap", "one")
        .expectSentence(2, "a new one each time");
    desk.run("backup", "nbd://localhost:1/x").expectSentence(1, "nbd://localhost:1/x", "refused");
    desk.run("backup", "nbd+unix:///x").expectSentence(1, "is no NBD URI", "socket=PATH");
  }
}
