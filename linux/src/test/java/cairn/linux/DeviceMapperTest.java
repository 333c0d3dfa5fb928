package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import cairn.linux.test.Command;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Answers laid out as the kernel does, with parameters as `dmsetup table --showkeys` prints them.
final class DeviceMapperTest {
  private static final DeviceNumber SDA2 = new DeviceNumber(8, 2);

  private final ByteBuffer answer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
  private int count;

  @Test
  void readsALogicalVolumeOfTwoPieces() throws IOException {
    target(0, 40960, "linear", "8:2 2048");
    target(40960, 8192, "linear", "259:3 1050624");
    assertThat(decode())
        .containsExactly(
            new DmTarget.Linear(0, 40960 * 512, SDA2, 2048 * 512),
            new DmTarget.Linear(40960 * 512, 8192 * 512, new DeviceNumber(259, 3), 1050624 * 512));
  }

  @Test
  void readsEncryptedDevicesWhateverTheirKeyLooksLike() throws IOException {
    String key = "0123456789abcdef".repeat(8);
    target(0, 8, "crypt", "aes-xts-plain64 " + key + " 0 8:2 4096 1 allow_discards");
    target(8, 8, "crypt", "capi:xts(aes)-plain64 :64:logon:cryptsetup:uuid-d0 8 8:2 32768");
    target(16, 8, "crypt", "cipher_null-ecb - 0 8:2 0");
    assertThat(decode())
        .containsExactly(
            new DmTarget.Crypt(0, 4096, SDA2, 4096 * 512),
            new DmTarget.Crypt(4096, 4096, SDA2, 32768 * 512),
            new DmTarget.Crypt(8192, 4096, SDA2, 0));
  }

  @Test
  void readsStripesAndOriginsAndNamesTheRest() throws IOException {
    target(0, 2048, "striped", "2 128 8:2 384 8:18 384");
    target(2048, 8, "snapshot-origin", "253:7");
    target(2056, 8, "thin-pool", "253:1 253:2 128 0 0");
    target(2064, 8, "error", "");
    assertThat(decode())
        .containsExactly(
            new DmTarget.Striped(
                0,
                1 << 20,
                65536,
                List.of(
                    new DmTarget.Stripe(SDA2, 384 * 512),
                    new DmTarget.Stripe(new DeviceNumber(8, 18), 384 * 512))),
            new DmTarget.Linear(1 << 20, 4096, new DeviceNumber(253, 7), 1 << 20),
            new DmTarget.Other((1 << 20) + 4096, 4096, "thin-pool", "253:1 253:2 128 0 0"),
            new DmTarget.Other((1 << 20) + 8192, 4096, "error", ""));
  }

  @Test
  void whatItIsMadeOfTellsOneTargetFromAnother() throws IOException {
    assertThat(table("thin", "253:4 1")).isNotEqualTo(table("thin", "253:4 2"));
    assertThat(table("snapshot", "253:1 253:2 P 8"))
        .isNotEqualTo(table("snapshot", "253:1 253:3 P 8"));
    assertThat(table("raid", "raid1 3 0 region_size 1024 2 8:1 8:2 8:3 8:4"))
        .isNotEqualTo(table("raid", "raid1 3 0 region_size 1024 2 8:1 8:2 8:3 8:5"));
    String paths = "0 0 2 1 service-time 0 1 2 8:16 1 1 service-time 0 1 2 8:32 1 1";
    assertThat(table("multipath", paths))
        .isEqualTo(table("multipath", paths.replace("0 0 2 1", "0 0 2 2")))
        .isNotEqualTo(table("multipath", paths.replace("8:32", "8:48")));
  }

  @Test
  void noKeyIsTaken() throws IOException {
    String key = "0123456789abcdef".repeat(4);
    assertThat(table("integrity", "8:2 0 32 J 1 internal_hash:hmac(sha256):" + key).toString())
        .contains("8:2 0")
        .doesNotContain(key);
    assertThat(table("default-key", "aes-xts-plain64 " + key + " 0 8:2 0").toString())
        .doesNotContain(key);
  }

  private List<DmTarget> table(String type, String parameters) throws IOException {
    answer.clear().put(new byte[answer.capacity()]).clear();
    count = 0;
    target(0, 8, type, parameters);
    return decode();
  }

  @Test
  void refusesWhatItDoesNotUnderstandRatherThanMisplaceIt() {
    target(0, 8, "linear", "8:2");
    assertRefused();
    target(0, 8, "linear", "/dev/sda2 0");
    assertRefused();
    target(0, 8, "linear", "8:2 12x");
    assertRefused();
    target(0, 8, "striped", "3 128 8:2 0 8:3 0");
    assertRefused();
    target(8, 8, "linear", "8:2 0");
    assertRefused();
    target(0, Long.MAX_VALUE / 256, "linear", "8:2 0");
    assertRefused();
  }

  @Test
  void encodesNumbersAsTheKernelDoes() {
    assertThat(DeviceMapper.encode(new DeviceNumber(253, 5))).isEqualTo(0xfd05);
    assertThat(DeviceMapper.encode(new DeviceNumber(253, 0x12345))).isEqualTo(0x1230fd45L);
  }

  @Test
  void readsTheNamesOfTargets() {
    version(24, "crypt");
    version(0, "snapshot");
    assertThat(DeviceMapper.targetNames(data())).containsExactly("crypt", "snapshot");
  }

  @Test
  void saysSoWhenTheKernelHasNoDeviceMapper(@TempDir Path directory) throws IOException {
    Path control = directory.resolve("control");
    assertThatIOException()
        .isThrownBy(() -> DeviceMapper.open(control))
        .withMessage("this kernel offers no device-mapper: there is no " + control);
    // No driver ever has this number.
    Command.run("mknod", control.toString(), "c", "10", "255");
    assertThatIOException()
        .isThrownBy(() -> DeviceMapper.open(control))
        .withMessage("this kernel offers no device-mapper: nobody answers " + control);
  }

  private void version(int next, String name) {
    int at = answer.position();
    answer.putInt(next).putInt(1).putInt(2).putInt(3);
    answer.put(name.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    answer.position(at + (next == 0 ? 32 : next));
  }

  private void target(long start, long length, String type, String parameters) {
    int at = answer.position();
    byte[] text = parameters.getBytes(StandardCharsets.US_ASCII);
    int next = (at + 40 + text.length + 1 + 7) & ~7;
    answer.putLong(start).putLong(length).putInt(0).putInt(next);
    answer.put(type.getBytes(StandardCharsets.US_ASCII));
    answer.position(at + 40).put(text).position(next);
    count++;
  }

  private void assertRefused() {
    assertThatIOException().isThrownBy(this::decode);
    answer.clear().put(new byte[answer.capacity()]).clear();
    count = 0;
  }

  private List<DmTarget> decode() throws IOException {
    return DmTable.decode(data(), count);
  }

  private MemorySegment data() {
    return MemorySegment.ofArray(answer.array()).asSlice(0, answer.position());
  }
}
