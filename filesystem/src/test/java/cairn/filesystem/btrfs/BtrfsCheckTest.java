package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.btrfs.tree.BlockRules;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.TreeBlock;
import cairn.filesystem.btrfs.tree.TreeRoot;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.LoopDevices;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.MountPoint;
import cairn.filesystem.test.Workload;
import cairn.linux.test.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BtrfsCheckTest {
  private static final int ROUNDS = Integer.getInteger("damages", 24);
  private static final long BYTES = 128L << 20;
  private static final int LEVELS_MAX = 200;

  /// One rule each: the tree, the type of an item, how many of these to leave out (or the first of
  /// a directory or file, or of a subvolume below the topmost), the byte that is increased (in the
  /// key when negative), and what is said.
  private static final String RULES =
      """
      5 1 d 40 links, have 2 expect 1|links of
      5 1 d 16 size, have
      5 1 f 24 nbytes, have
      5 12 1 0 names, have
      5 84 0 30 name hash, have
      5 84 0 29 entries by name, have
      5 96 0 30 names, have
      5 108 r 23 corrupt extent
      2 168 0 0 references, have
      2 169 0 0 references, have
      2 169 0 8 generation, have
      2 192 0 0 used, have
      2 192 0 16 type, have
      4 204 0 18 chunk, have
      4 204 0 24 length, have
      3 216 0 8 total_bytes, have
      3 216 0 16 bytes_used, have
      3 228 2 58 corrupt device extent
      3 228 2 75 uuid, have
      10 198 0 0 extent_count, have
      10 199 0 -6 corrupt free space
      7 128 1 -8 corrupt checksums|key
      7 128 1 -6 corrupt checksums|key|expect one for each sector
      1 132 0 160 transid, have
      1 156 0 0 corrupt subvolume
      1 144 0 8 corrupt subvolume
      8 242 0 8 corrupt quota group
      8 240 0 0 quota version
      8 240 0 17 quota flags
      8 240 0 -1 key offset
      8 244 0 1 limit flags
      9 251 0 0 UUID, have in the tree
      9 251 s 0 UUID, have none
      """;

  private static byte[] filled = {};

  @TempDir private Path directory;

  @BeforeAll
  static void fill(@TempDir Path directory, Seed seed) throws IOException {
    String options = "-n 4096 -m single -R quota";
    Path path = BtrfsWork.image(directory.resolve("image"), BYTES, options, "rw", seed);
    filled = Files.readAllBytes(path);
  }

  private static DamagedImage image() throws IOException, CorruptData, NotHere {
    return new DamagedImage(filled.clone());
  }

  @Test
  void whatContradictsItselfIsReported() throws IOException, CorruptData, NotHere {
    DamagedImage image = image();
    assertThat(image.check(true).messages()).isEmpty();
    List<String> missed = new ArrayList<>();
    for (String line : RULES.lines().toList()) {
      String[] words = line.split(" ", 5);
      image.changeItem(
          Long.parseLong(words[0]),
          Integer.parseInt(words[1]),
          which(words[2]),
          Integer.parseInt(words[3]));
      List<String> messages = image.check(false).messages();
      if (messages.stream().noneMatch(message -> message.matches(".*(" + words[4] + ").*"))) {
        missed.add(line + ": " + messages);
      }
      image.undo();
    }
    assertThat(missed).isEmpty();
  }

  private static final String GROUPS =
      """
      exec 2> /dev/null > /dev/null; cd "$1"; btrfs subvolume create sub; btrfs qgroup create 1/7 .
      btrfs qgroup assign 0/256 1/7 .; btrfs qgroup limit 50m 1/7 .; sync -f .
      """;

  @Test
  void groupsOfQuotasAreWhole() throws IOException, CorruptData, NotHere {
    Path path = directory.resolve("image");
    BtrfsWork.make(path, 48 << 20, "-M -n 4096 -m single -R quota");
    try (MountPoint mounted = MountPoint.of(path, "rw")) {
      Command.run("bash", "-c", GROUPS, "bash", mounted.directory().toString());
    }
    DamagedImage image = new DamagedImage(Files.readAllBytes(path));
    assertThat(image.check(true).messages()).isEmpty();
    image.changeItem(8, 242, which("2"), -8);
    assertThat(image.check(false).messages())
        .contains(
            "corrupt quota group 1/8: limit item, have none expect one",
            "corrupt quota group 1/7: info item, have none expect one",
            "corrupt quota group 1/7: info item, have none expect one, as it has relations");
    image.undo();
    image.changeItem(8, 246, which("0"), -17);
    assertThat(image.check(false).messages())
        .contains("corrupt quota group 0/257: relation, have none expect one back");
    image.undo();
    image.changeItem(8, 246, which("1"), -2);
    assertThat(image.check(false).messages())
        .anyMatch(message -> message.contains("quota group level, have 1 expect another one"));
  }

  /// By a leaf made here: kernels write such caches for block groups from 100 MiB on alone.
  @Test
  void headersOfCachesAreChecked() throws IOException, CorruptData, NotHere {
    BtrfsSuperblock superblock = image().superblock();
    assertThat(complaints(superblock, 41, 0, 0)).isEmpty();
    assertThat(complaints(superblock, 40, 0, 0)).containsExactly("item size");
    assertThat(complaints(superblock, 41, 1, 0)).containsExactly("location");
    assertThat(complaints(superblock, 41, 8, 2)).containsExactly("location key type");
    assertThat(complaints(superblock, 41, 9, 1)).containsExactly("location key offset");
    assertThat(complaints(superblock, 41, 24, 0x7F)).containsExactly("cache generation");
  }

  /// @param at the byte of the header of a cache that is replaced
  private static List<String> complaints(BtrfsSuperblock superblock, int size, int at, int value) {
    ByteBuffer leaf = ByteBuffer.allocate(superblock.nodeBytes()).order(ByteOrder.LITTLE_ENDIAN);
    int end = leaf.capacity() - DamagedImage.HEADER;
    leaf.putLong(0x38, 1).putLong(0x58, 1).putInt(0x60, 1);
    leaf.putLong(DamagedImage.HEADER, -11).putLong(DamagedImage.HEADER + 9, 1 << 20);
    leaf.putInt(DamagedImage.HEADER + 17, end - size).putInt(DamagedImage.HEADER + 21, size);
    int data = leaf.capacity() - size;
    leaf.putLong(data, 256).put(data + 8, (byte) 1);
    leaf.put(data + at, (byte) value);
    List<String> fields = new ArrayList<>();
    TreeBlock block =
        new TreeBlock(Fields.littleEndian(leaf.array()), new TreeRoot(1, 1 << 20, 0, 1));
    new BlockRules(superblock)
        .check(block, null, (slot, where, field, have, expect) -> fields.add(field));
    return fields;
  }

  private static Predicate<Fields> which(String word) {
    int[] left = {
      word.length() == 1 && Character.isDigit(word.charAt(0)) ? word.charAt(0) - '0' : 0
    };
    return switch (word) {
      case "d" -> inode -> inode.u32(52) >>> 12 == 4;
      case "f" -> inode -> inode.u32(52) >>> 12 == 8 && inode.u64(24) > 0;
      case "s" -> uuid -> uuid.u64(0) != Ids.TOP_SUBVOLUME;
      case "r" -> extent -> extent.u8(20) == 1 && extent.u64(21) != 0;
      default -> item -> left[0]-- == 0;
    };
  }

  @Test
  void problemsAreInTheWordsOfTheTreeChecker() throws IOException, CorruptData, NotHere {
    DamagedImage image = image();
    image.changeItem(5, 1, which("0"), 55);
    assertThat(image.check(false).messages().getFirst())
        .matches(
            "corrupt leaf: root=5 block=\\d+ slot=\\d+ ino=\\d+, inode mode, have 0x1[0-9a-f]{6}"
                + " expect bits of 0xffff");
  }

  @Test
  void eachCopyIsLookedAt(Seed seed) throws IOException, CorruptData, NotHere, Unreadable {
    Path path = directory.resolve("image");
    BtrfsWork.make(path, BYTES, "-m dup");
    try (MountPoint mounted = MountPoint.of(path, "rw")) {
      Workload.run(mounted.directory(), BYTES / 10, seed);
    }
    DamagedImage image = new DamagedImage(Files.readAllBytes(path));
    for (int copy = 0; copy < 2; copy++) {
      image.changeCopy(3, copy, 5_000, 1 + image.block(3).u8(5_000));
      assertThat(image.check(false).messages())
          .hasSize(1)
          .allMatch(message -> message.contains("mirror="));
      assertThat(count(image)).isGreaterThan(100);
      image.undo();
    }
    image.bytes()[(64 << 20) + 0x130] ^= 1;
    assertThat(image.check(false).messages())
        .hasSize(1)
        .allMatch(message -> message.startsWith("corrupt superblock btrfs@67108864: checksum"));
  }

  @Test
  void dataIsReadWhenAskedFor(Seed seed) throws IOException, CorruptData, NotHere {
    Path path = directory.resolve("image");
    BtrfsWork.make(path, BYTES, "-d single");
    byte[] content = seed.bytes(100_000);
    try (MountPoint mounted = MountPoint.of(path, "rw")) {
      Files.write(mounted.directory().resolve("file"), content);
    }
    DamagedImage image = new DamagedImage(Files.readAllBytes(path));
    assertThat(image.check(true).messages()).isEmpty();
    for (int at = 0; at < image.bytes().length; at += 4096) {
      if (Fields.littleEndian(content).u64(4096) == Fields.littleEndian(image.bytes()).u64(at)) {
        image.bytes()[at + 7] ^= 1;
      }
    }
    assertThat(image.check(false).messages()).isEmpty();
    assertThat(image.check(true).messages())
        .hasSize(1)
        .allMatch(message -> message.matches("corrupt data \\d+@\\d+: checksum, .*"));
  }

  @Test
  void aLogIsCheckedAndNamed(Seed seed) throws IOException, CorruptData, NotHere {
    Path path = directory.resolve("image");
    BtrfsWork.make(path, BYTES, "-m single");
    Path crashed = directory.resolve("crashed");
    try (MountPoint mounted = MountPoint.of(path, "rw,commit=300")) {
      Workload.run(mounted.directory(), BYTES / 10, seed);
      Command.run("sync", "-f", mounted.directory().toString());
      Path file = Files.write(mounted.directory().resolve("logged"), seed.bytes(100_000));
      Command.run("sync", file.toString());
      Files.copy(path, crashed);
    }
    DamagedImage.Said said = new DamagedImage(Files.readAllBytes(crashed)).check(true);
    assertThat(said.messages()).isEmpty();
    assertThat(said.unknown()).hasSize(1).allMatch(why -> why.contains("replayed"));
    byte[] bytes = Files.readAllBytes(crashed);
    Fields superblock = Fields.littleEndian(bytes).part(64 << 10, 4096);
    DamagedImage image = new DamagedImage(bytes);
    int log = find(bytes, superblock.u64(0x60));
    image.bytes()[log + 200] ^= 1;
    assertThat(image.check(false).messages())
        .allMatch(message -> message.startsWith("corrupt leaf: root=18446744073709551610"))
        .isNotEmpty();
    try (MountPoint mounted = MountPoint.of(crashed, "rw")) {
      assertThat(mounted.directory().resolve("logged")).exists();
    }
    DamagedImage.Said replayed = new DamagedImage(Files.readAllBytes(crashed)).check(true);
    assertThat(replayed.messages()).isEmpty();
    assertThat(replayed.unknown()).isEmpty();
  }

  /// Beyond all others, where a difference of addresses is no length any more.
  @Test
  void anExtentAtAnyAddressIsAProblem() throws IOException, CorruptData, NotHere, Unreadable {
    DamagedImage image = image();
    int tried = 0;
    for (int index = 0; index < image.count(); index++) {
      Fields block = image.block(index);
      OptionalInt item = block.u8(0x64) == 0 ? itemOfType(block, 108) : OptionalInt.empty();
      int data = item.isEmpty() ? 0 : DamagedImage.HEADER + (int) block.u32(item.getAsInt() + 17);
      if (block.u64(0x58) == 5 && data > 0 && block.u8(data + 20) == 1) {
        image.change(index, data + 28, 0xE0, true);
        assertThat(image.check(false).messages()).isNotEmpty();
        assertThat(count(image)).isGreaterThan(100);
        image.undo();
        tried++;
      }
    }
    assertThat(tried).isPositive();
  }

  private static int find(byte[] image, long address) {
    Fields fields = Fields.littleEndian(image);
    for (int at = 1 << 20; at < image.length; at += 4096) {
      if (fields.u64(at + 0x30) == address) {
        return at;
      }
    }
    throw new IllegalStateException("no block " + address);
  }

  /// An inode of which a part is in a leaf that is lost is not blamed for it.
  @Test
  void ofWhatIsCutOffNothingIsSaid() throws IOException, CorruptData, NotHere {
    DamagedImage image = image();
    int lost = 0;
    for (int index = 0; index < image.count(); index++) {
      Fields block = image.block(index);
      if (block.u8(0x64) == 0 && block.u64(0x58) == 5) {
        image.change(index, 3000, block.u8(3000) + 1, false);
        assertThat(image.check(false).messages())
            .isNotEmpty()
            .noneMatch(message -> message.matches("corrupt inode .*"));
        image.undo();
        lost++;
      }
    }
    assertThat(lost).isGreaterThan(5);
  }

  @Test
  void ofSeveralDevicesOneIsEnoughOrSaysWhatIsMissing(Seed seed)
      throws IOException, CorruptData, NotHere {
    for (String profile : List.of("raid1", "raid0")) {
      Path first;
      try (LoopDevices devices = LoopDevices.make(directory, 2, BYTES)) {
        devices.run("mkfs.btrfs -q -f -d raid0 -m " + profile);
        Workload.run(devices.mount(), BYTES / 10, seed);
        first = devices.images().getFirst();
      }
      DamagedImage.Said said = DamagedImage.check(Files.readAllBytes(first), true);
      assertThat(said.messages()).isEmpty();
      String what = profile.equals("raid1") ? "data" : "metadata";
      assertThat(said.unknown()).contains("a part of the " + what + " lies on other devices");
      Files.delete(first);
      Files.delete(directory.resolve("device-1"));
    }
  }

  /// A leaf that a wrong pointer leads to first is not used unchecked when the right one comes.
  @Test
  void aLeafIsCheckedByEachWayToIt() throws IOException, CorruptData, NotHere {
    DamagedImage image = image();
    int tried = 0;
    for (int index = 0; index < image.count(); index++) {
      Fields node = image.block(index);
      for (int slot = 1; isNodeOfFiles(node) && slot < node.i32(0x60); slot++) {
        int pointer = DamagedImage.HEADER + slot * 33 + 17;
        int leaf = image.find(node.u64(pointer));
        OptionalInt item = itemOfType(image.block(leaf), 108);
        if (item.isPresent()) {
          for (int at = pointer; at < pointer + 16; at++) {
            image.change(index, at - 33, node.u8(at), true);
          }
          image.change(leaf, item.getAsInt() + 20, 0x10, true);
          assertThat(image.check(false).messages())
              .anyMatch(message -> message.contains("slot=" + slot(item.getAsInt())));
          image.undo();
          tried++;
        }
      }
    }
    assertThat(tried).isPositive();
  }

  private static boolean isNodeOfFiles(Fields block) {
    return block.u8(0x64) == 1 && block.u64(0x58) == 5;
  }

  /// Where in a leaf the first item of a type is.
  private static OptionalInt itemOfType(Fields leaf, int type) {
    return IntStream.range(0, leaf.i32(0x60))
        .map(slot -> DamagedImage.HEADER + slot * 25)
        .filter(at -> leaf.u8(at + 8) == type)
        .findFirst();
  }

  private static int slot(int at) {
    return (at - DamagedImage.HEADER) / 25;
  }

  /// Neither an exception nor a loop without end, whatever the metadata says.
  @Test
  void nothingEndsTheCheckOrTheReader(Seed seed) throws IOException, CorruptData, NotHere {
    DamagedImage image = image();
    RandomGenerator random = seed.random();
    for (int round = 0; round < ROUNDS; round++) {
      int changes = 1 + random.nextInt(6);
      for (int change = 0; change < changes; change++) {
        damage(image, random, round % 2 == 0);
      }
      assertThatNoException()
          .as("round %s of %s", round, seed)
          .isThrownBy(() -> {
            image.check(random.nextInt(8) == 0);
            count(image);
          });
      image.undo();
    }
    assertThat(image.check(false).messages()).isEmpty();
  }

  private static void damage(DamagedImage image, RandomGenerator random, boolean sealed) {
    int value = random.nextBoolean() ? random.nextInt() : random.nextInt(3) - 1;
    if (random.nextInt(10) == 0) {
      image.changeSuperblock(random.nextInt(32, 0x400), value);
      return;
    }
    int index = random.nextInt(image.count());
    Fields block = image.block(index);
    int most = Math.clamp(block.i32(0x60), 1, 50);
    int at =
        random.nextInt(3) == 0
            ? random.nextInt(32, image.nodeBytes())
            : DamagedImage.HEADER - 5 + random.nextInt(5 + most * 25);
    image.change(index, at, value, sealed);
  }

  /// Reads everything that can be read.
  private static int count(DamagedImage image) throws IOException, Unreadable {
    try {
      FileNode root = BtrfsFileSystem.open(MemoryVolume.of(image.bytes())).root();
      return count(root, 0);
    } catch (CorruptData | Unreadable e) {
      return 0;
    }
  }

  private static int count(FileNode node, int depth) throws IOException, Unreadable {
    int[] count = {1};
    try {
      switch (node.attributes().type()) {
        case DIRECTORY -> {
          if (depth < LEVELS_MAX) {
            node.visit((name, child) -> count[0] += count(child, depth + 1));
          }
        }
        case REGULAR -> {
          int bytes = (int) Math.min(node.content().size(), 1 << 16);
          node.content().read(0, new byte[bytes], 0, bytes);
        }
        case SYMBOLIC_LINK -> node.target();
        default -> {}
      }
      node.extendedAttributes();
    } catch (CorruptData e) {
      count[0]++;
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("the file");
    }
    return count[0];
  }
}
