package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryTest {
  private static final Instant TIME = Instant.parse("2001-02-03T04:05:06.123456789Z");

  @TempDir private Path folder;

  private static byte[] name(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String stat(String name, String format) throws IOException {
    return Command.run("stat", "--format", format, folder.resolve(name).toString());
  }

  @Test
  void aNameThatIsTakenIsNotWrittenTo() throws IOException {
    Files.writeString(folder.resolve("file"), "old");
    Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("elsewhere"));
    try (Directory directory = Directory.open(folder)) {
      for (String taken : new String[] {"file", "dangling"}) {
        assertThatThrownBy(() -> directory.makeFile(name(taken))).hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> directory.makeDirectory(name(taken)))
            .hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> directory.makeNode(name(taken), 0x1000, new DeviceNumber(0, 0)))
            .hasMessageContaining("EEXIST");
      }
    }
    assertThat(folder.resolve("file")).hasContent("old");
    assertThat(folder.resolve("elsewhere")).doesNotExist();
  }

  @Test
  void aSymbolicLinkIsNotEntered() throws IOException {
    Files.createDirectory(folder.resolve("real"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    try (Directory directory = Directory.open(folder)) {
      directory.enter(name("real")).close();
      assertThatThrownBy(() -> directory.enter(name("link"))).hasMessageContaining("ENOTDIR");
    }
  }

  @Test
  void whatIsSetOfALinkIsNotSetOfWhatItLeadsTo() throws IOException {
    Path target = Files.writeString(folder.resolve("target"), "x");
    String before = Command.run("stat", "--format", "%u %y", target.toString());
    try (Directory directory = Directory.open(folder)) {
      directory.makeSymbolicLink(name("link"), name("target"));
      try (OpenNode link = directory.hold(name("link"))) {
        link.changeOwner(12, 34);
        link.setAttribute(name("trusted.test"), name("value"));
        link.setTimes(TIME, TIME);
      }
    }
    assertThat(stat("link", "%u %g %y")).startsWith("12 34 2001-02-03").contains(".123456789");
    assertThat(Command.run("stat", "--format", "%u %y", target.toString())).isEqualTo(before);
    assertThat(Command.run("getfattr", "-h", "-d", "-m", "-", folder + "/link"))
        .contains("trusted.test=\"value\"");
  }

  @Test
  void aDeviceIsHeldWithoutBeingOpened() throws IOException {
    try (Directory directory = Directory.open(folder)) {
      directory.makeNode(name("device"), 0x6000, new DeviceNumber(4095, 1_048_575));
      try (OpenNode device = directory.hold(name("device"))) {
        device.changePermissions(0640);
        device.setTimes(TIME, TIME);
      }
    }
    assertThat(stat("device", "%a %t,%T")).isEqualTo("640 fff,fffff");
  }

  @Test
  void failuresNameTheCallAndTheFile() throws IOException {
    try (Directory directory = Directory.open(folder);
        OpenNode file = directory.makeFile(name("file"))) {
      assertThatThrownBy(() -> file.setAttribute(name("nonsense.x"), name("y")))
          .isInstanceOf(CallFailed.class)
          .hasMessageContaining("setxattr(" + folder + "/file, nonsense.x): EOPNOTSUPP");
      assertThatThrownBy(() -> directory.enter(name("none"))).hasMessageContaining("ENOENT");
    }
  }

  @Test
  void whatIsWrittenArrives() throws IOException {
    byte[] bytes = new byte[1 << 20];
    java.util.Arrays.fill(bytes, (byte) 7);
    try (Directory directory = Directory.open(folder);
        OpenNode file = directory.makeFile(name("file"))) {
      file.write(5, bytes, 3, bytes.length - 3);
      file.resize(bytes.length + 10L);
    }
    byte[] expect = new byte[bytes.length + 10];
    java.util.Arrays.fill(expect, 5, bytes.length + 2, (byte) 7);
    assertThat(folder.resolve("file")).hasBinaryContent(expect);
  }
}
