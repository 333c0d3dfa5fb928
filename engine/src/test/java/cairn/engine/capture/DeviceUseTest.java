package cairn.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.Mounted;
import cairn.linux.topology.BlockDevice;
import cairn.linux.topology.FileSystems;
import cairn.linux.topology.StorageStack;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceUseTest {
  private static final StorageStack STACK = new StorageStack(Path.of("/"));

  @TempDir private Path folder;

  private Path image(String name) throws IOException {
    Path image = folder.resolve(name);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(20 << 20);
    }
    return image;
  }

  private static BlockDevice device(LoopDevice loop) throws IOException {
    return STACK.find(FileStatus.of(loop.path()).device()).orElseThrow();
  }

  private static DeviceUse use(LoopDevice loop) throws IOException {
    return DeviceUse.of(device(loop), STACK, FileSystems.live());
  }

  @Test
  void whoUsesItWithoutBeingSeenCountsAsAUser() throws Exception {
    try (LoopDevice loop = LoopDevice.over(image("one"))) {
      assertThat(use(loop).isInUse()).isFalse();
      try (NativeFile claimed = NativeFile.open(loop.path(), NativeFile.Option.EXCLUSIVE)) {
        assertThat(claimed.path()).isNotEmpty();
        assertThat(use(loop).isInUse()).isTrue();
        assertThat(use(loop).hidden()).containsExactly(new DeviceUse.Part(0, 20 << 20));
      }
      try (Mounted mounted = Mounted.ext4(loop, folder.resolve("mounted"))) {
        assertThat(mounted).isNotNull();
        assertThat(use(loop).mounted()).containsOnlyKeys(0L);
        assertThat(use(loop).hidden()).isEmpty();
      }
    }
  }

  @Test
  void anotherMediumInTheSameDeviceIsAnotherDevice() throws Exception {
    Optional<String> before;
    Optional<String> before5p15;
    Path path;
    try (LoopDevice loop = LoopDevice.over(image("one"))) {
      before = DeviceIdentity.of(device(loop), STACK);
      before5p15 = DeviceIdentity.byDirectory(device(loop));
      path = loop.path();
      assertThat(before).isPresent().isEqualTo(DeviceIdentity.of(device(loop), STACK));
      assertThat(before5p15).isPresent().isEqualTo(DeviceIdentity.byDirectory(device(loop)));
    }
    try (LoopDevice loop = LoopDevice.over(image("two"))) {
      assertThat(loop.path()).isEqualTo(path);
      assertThat(DeviceIdentity.of(device(loop), STACK)).isNotEqualTo(before);
      assertThat(DeviceIdentity.byDirectory(device(loop))).isPresent().isNotEqualTo(before5p15);
    }
  }

  /// What is behind a zram device is another thing after a reset, and nothing tells.
  @Test
  void whatMayBeExchangedUnseenHasNoIdentityBefore5p15() throws Exception {
    Path zram = Path.of(Command.run("zramctl", "--find", "--size", "1MiB"));
    try {
      BlockDevice device = STACK.find(FileStatus.of(zram).device()).orElseThrow();
      assertThat(DeviceIdentity.byDirectory(device)).isEmpty();
    } finally {
      Command.run("zramctl", "--reset", zram.toString());
    }
  }
}
