package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.filesystem.btrfs.tree.BlockSource;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Checksum;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.Tree;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.MemoryVolume;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages metadata at chosen places and asks both `btrfs check` and the check of our own. Whatever
/// the former reports, the latter must.
///
/// `-Dmutations=300` runs a longer campaign.
final class BtrfsAgreementTest {
  private static final int MUTATIONS = Integer.getInteger("mutations", 12);
  private static final int HEADER = 0x65;
  private static final long BYTES = 128L << 20;

  @TempDir private Path directory;

  private byte[] image = {};
  private final List<long[]> blocks = new ArrayList<>();
  private int nodeBytes;
  private Checksum checksum = Checksum.CRC32C;

  /// A change that was made, to be taken back.
  private record Change(int at, Fields before) {}

  @ParameterizedTest
  @ValueSource(strings = {"-n 4096 -m single", "-m dup -R quota --csum xxhash"})
  void whatBtrfsCheckReportsIsReported(String options, Seed seed)
      throws IOException, CorruptData, NotHere, InterruptedException {
    Path path = BtrfsWork.image(directory.resolve("image"), BYTES, options, "rw", seed);
    image = Files.readAllBytes(path);
    findBlocks();
    assertThat(problems()).isEmpty();
    RandomGenerator random = seed.random();
    int reported = 0;
    List<String> missed = new ArrayList<>();
    for (int round = 0; round < MUTATIONS; round++) {
      boolean sealed = round % 2 == 0;
      StringBuilder what = new StringBuilder();
      List<Change> changes = mutate(random, sealed, what);
      write(path, changes);
      List<Problem> problems = problems();
      String theirs = reference(path);
      if (!theirs.isEmpty()) {
        reported++;
        if (problems.isEmpty()) {
          missed.add(what + ": " + theirs);
        }
      }
      for (Change change : changes.reversed()) {
        System.arraycopy(change.before().bytes(), 0, image, change.at(), nodeBytes);
      }
      write(path, changes);
    }
    if (Boolean.getBoolean("verbose")) {
      System.out.println(options + ": " + reported + " reported, missed: " + missed);
    }
    assertThat(reported).isGreaterThan(MUTATIONS / 3);
    assertThat(missed).hasSizeLessThanOrEqualTo(reported / 50);
  }

  private void findBlocks() throws IOException, CorruptData, NotHere {
    BlockReader volume = MemoryVolume.of(image);
    BtrfsSuperblock superblock = BtrfsSuperblock.read(volume);
    nodeBytes = superblock.nodeBytes();
    checksum = superblock.checksum();
    ChunkMap map = ChunkMap.read(volume, superblock);
    BlockSource source = new BlockSource(volume, superblock, map);
    Tree roots = new Tree(source, superblock.rootTree());
    Key key = new Key(Ids.EXTENTS, Key.ROOT_ITEM, 0);
    Tree extents = new Tree(source, new RootItem(roots.find(key).orElseThrow()).root());
    extents.<RuntimeException>visit(
        Key.FIRST,
        Key.LAST,
        item -> {
          if (item.type() == Key.METADATA_ITEM) {
            blocks.add(map.copies(item.key().objectId(), nodeBytes));
          }
        });
  }

  /// Mostly fields of items, else any byte that is in use.
  private List<Change> mutate(RandomGenerator random, boolean sealed, StringBuilder what) {
    long[] places = blocks.get(random.nextInt(blocks.size()));
    byte[] bytes = new byte[nodeBytes];
    System.arraycopy(image, (int) places[0], bytes, 0, nodeBytes);
    Fields fields = Fields.littleEndian(bytes.clone());
    int count = fields.i32(0x60);
    boolean leaf = fields.u8(0x64) == 0;
    int entry = leaf ? 25 : 33;
    int at = random.nextInt(32, HEADER);
    if (count > 0 && random.nextInt(8) != 0) {
      int slot = HEADER + random.nextInt(count) * entry;
      at = slot + random.nextInt(entry);
      long size = leaf ? fields.u32(slot + 21) : 0;
      if (size > 0 && random.nextInt(4) != 0) {
        at = HEADER + (int) fields.u32(slot + 17) + (int) random.nextLong(size);
        what.append("item ").append(fields.u8(slot + 8)).append(" byte ");
        what.append(at - HEADER - fields.u32(slot + 17)).append(" of ").append(size).append(' ');
        what.append(fields.u64(slot)).append(' ').append(fields.u64(slot + 9)).append(' ');
      } else {
        what.append("slot ").append((slot - HEADER) / entry).append(" byte ").append(at - slot);
        what.append(" key ").append(fields.u64(slot)).append(' ').append(fields.u8(slot + 8));
        what.append(' ').append(fields.u64(slot + 9)).append(' ');
      }
    }
    byte old = bytes[at];
    while (bytes[at] == old) {
      bytes[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) random.nextInt();
            case 1 -> (byte) (old + 1);
            case 2 -> 0;
            default -> (byte) (old ^ (1 << random.nextInt(8)));
          };
      if (old == 0 && bytes[at] == 0) {
        bytes[at] = 1;
      }
    }
    if (sealed) {
      byte[] sum = checksum.of(bytes, 32, nodeBytes - 32);
      System.arraycopy(sum, 0, bytes, 0, sum.length);
    }
    what.append("owner ").append(fields.u64(0x58)).append(" level ").append(fields.u8(0x64));
    what.append(" at ").append(at).append(": ").append(old).append(" -> ").append(bytes[at]);
    what.append(sealed ? " sealed" : "");
    List<Change> changes = new ArrayList<>();
    for (long place : places) {
      byte[] before = new byte[nodeBytes];
      System.arraycopy(image, (int) place, before, 0, nodeBytes);
      changes.add(new Change((int) place, Fields.littleEndian(before)));
      System.arraycopy(bytes, 0, image, (int) place, nodeBytes);
    }
    return changes;
  }

  private void write(Path path, List<Change> changes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      for (Change change : changes) {
        file.seek(change.at());
        file.write(image, change.at(), nodeBytes);
      }
    }
  }

  private List<Problem> problems() throws IOException {
    List<Problem> problems = new ArrayList<>();
    Findings findings =
        new Findings() {
          @Override
          public void problem(Problem problem) {
            problems.add(problem);
          }

          @Override
          public void unknown(String what) {}

          @Override
          public void progress(long bytes) {}
        };
    try {
      BtrfsFileSystem.open(MemoryVolume.of(image)).check(false, findings);
    } catch (CorruptData e) {
      problems.add(e.problem());
    }
    return problems;
  }

  /// What `btrfs check` complains of; empty when nothing.
  private String reference(Path path) throws IOException, InterruptedException {
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder("btrfs", "check", "--readonly", path.toString())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()))
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      return "";
    }
    if (process.exitValue() == 0) {
      return "";
    }
    return Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
        .filter(line -> !line.matches("^(\\[./7|Opening|Checking|UUID|total|found).*"))
        .limit(3)
        .toList()
        .toString();
  }
}
