package cairn.filesystem.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Options of the tools that make and mount file systems, as chance has it. Not among them is
/// `^filetype`: the kernel leaves rubbish where the types are elsewhere, which e2fsck calls damage;
/// nor `bigalloc` with `ea_inode`, of which the kernel counts the blocks in another way than
/// e2fsck.
///
/// @param make the command, to which the path is added
/// @param mount as for `mount -o`; nothing when the tool is to fill it, since not every kernel has
///   quotas
/// @param bytes of the image
public record Drawn(String make, String mount, long bytes) {
  private static final long MIB = 1 << 20;

  /// Words that may or may not be there.
  private record Chance(RandomGenerator random) {
    boolean once(int in) {
      return random.nextInt(in) == 0;
    }

    String one(String... of) {
      return of[random.nextInt(of.length)];
    }

    int one(int... of) {
      return of[random.nextInt(of.length)];
    }

    /// Each one with one chance in so many.
    List<String> some(int in, String... of) {
      return List.of(of).stream().filter(each -> once(in)).toList();
    }
  }

  private static Drawn of(List<String> words, List<String> mount, long bytes) {
    String make = String.join(" ", words.stream().filter(word -> !word.isEmpty()).toList());
    List<String> options = new ArrayList<>(mount);
    options.removeIf(String::isEmpty);
    return new Drawn(make, String.join(",", options), bytes);
  }

  public static Drawn ext2(RandomGenerator random) {
    Chance chance = new Chance(random);
    int block = chance.one(1024, 2048, 4096);
    List<String> words = ext("mkfs.ext2", block, chance);
    words.add("-I " + chance.one("128", "256"));
    List<String> features =
        new ArrayList<>(chance.some(5, "^dir_index", "^sparse_super", "^large_file", "^ext_attr"));
    if (features.contains("^sparse_super") || chance.once(5)) {
      features.add("^resize_inode");
    }
    words.add(joined("-O ", features));
    return of(words, List.of("rw"), chance.one(12, 24, 40) * MIB);
  }

  public static Drawn ext3(RandomGenerator random) {
    Chance chance = new Chance(random);
    int block = chance.one(1024, 2048, 4096);
    List<String> words = ext("mkfs.ext3", block, chance);
    words.add("-I " + chance.one("128", "256", "512"));
    words.add(chance.one("", "-J size=4"));
    words.add(joined("-O ", chance.some(5, "^dir_index", "^resize_inode")));
    String data = chance.one("", "data=journal", "data=writeback", "data=ordered");
    return of(words, List.of("rw", data), chance.one(24, 32, 40) * MIB);
  }

  public static Drawn ext4(RandomGenerator random) {
    Chance chance = new Chance(random);
    int block = chance.one(1024, 2048, 4096);
    List<String> words = ext("mkfs.ext4", block, chance);
    Set<String> features = new TreeSet<>(ext4Features(chance));
    boolean journal = !features.contains("^has_journal");
    if (features.contains("bigalloc")) {
      words.add("-C " + block * chance.one(2, 4, 16));
    }
    words.add("-I " + chance.one("256", "512", "1024"));
    words.add(journal ? chance.one("", "-J size=4") : "");
    words.add(features.contains("sparse_super2") ? chance.one("", "-E num_backup_sb=1") : "");
    words.add(joined("-O ", features));
    List<String> mount = new ArrayList<>(List.of("rw"));
    mount.addAll(chance.some(4, "nodelalloc", "noauto_da_alloc", "discard", "dioread_lock"));
    if (journal) {
      boolean fast = features.contains("fast_commit");
      mount.addAll(chance.some(4, "journal_checksum", "nobarrier"));
      mount.add(fast ? "" : chance.one("", "data=journal", "data=writeback"));
      mount.removeIf(each -> mount.contains("data=journal") && each.startsWith("dioread"));
    }
    boolean unmounted = features.contains("quota") || chance.once(10);
    return of(words, unmounted ? List.of() : mount, chance.one(24, 40, 64) * MIB);
  }

  private static Set<String> ext4Features(Chance chance) {
    Set<String> features = new TreeSet<>();
    features.addAll(chance.some(4, "inline_data", "ea_inode", "large_dir", "^dir_index"));
    features.addAll(chance.some(6, "^flex_bg", "^huge_file", "^extra_isize", "^dir_nlink", "mmp"));
    features.addAll(chance.some(6, "sparse_super2", "encrypt", "verity", "stable_inodes", "quota"));
    features.addAll(chance.some(8, "^sparse_super", "^resize_inode", "project"));
    if (features.contains("^sparse_super")) {
      features.remove("sparse_super2");
      features.add("^resize_inode");
    }
    if (features.contains("project")) {
      features.add("quota");
    }
    boolean extents = !chance.once(6);
    features.addAll(extents ? chance.some(4, "bigalloc") : Set.of("^extent", "^64bit"));
    features.addAll(chance.some(4, "^64bit"));
    switch (chance.one(0, 1, 2, 3)) {
      case 0 -> features.addAll(Set.of("^metadata_csum", "uninit_bg"));
      case 1 -> features.add("metadata_csum_seed");
      default -> {}
    }
    if (features.remove("sparse_super2") || chance.once(6)) {
      features.addAll(chance.once(2) ? Set.of("sparse_super2") : Set.of("meta_bg"));
      features.add("^resize_inode");
    }
    features.addAll(
        chance.once(6) ? Set.of("^has_journal") : chance.some(4, "orphan_file", "fast_commit"));
    if (features.contains("bigalloc")) {
      features.remove("ea_inode");
    }
    return features;
  }

  private static List<String> ext(String command, int block, Chance chance) {
    List<String> words = new ArrayList<>(List.of(command, "-q", "-F", "-b " + block));
    words.add(chance.one("", "-N 1024", "-N 1500", "-i 8192"));
    words.add(chance.one("", "-m 0", "-L label", "-e remount-ro"));
    words.add(chance.one("", "", "-g " + block * 2, "-g " + block * 4));
    words.add(chance.one("", "", "-E lazy_itable_init=1", "-E lazy_itable_init=0", "-E stride=4"));
    return words;
  }

  private static String joined(String option, Iterable<String> words) {
    String all = String.join(",", words);
    return all.isEmpty() ? "" : option + all;
  }

  public static Drawn xfs(RandomGenerator random) {
    Chance chance = new Chance(random);
    int block = chance.one(1024, 2048, 4096, 4096);
    List<String> words = new ArrayList<>(List.of("mkfs.xfs", "-q", "-b size=" + block));
    String finobt = chance.one("finobt=0,inobtcount=0", "finobt=1,inobtcount=0", "finobt=1");
    List<String> metadata = new ArrayList<>(List.of(finobt));
    for (String each : List.of("rmapbt", "reflink", "bigtime")) {
      metadata.add(each + "=" + chance.one(0, 1));
    }
    words.add(joined("-m ", metadata));
    int inode = Math.min(block / 2, chance.one(512, 1024, 2048));
    String inodes = ",sparse=" + chance.one(0, 1) + chance.one("", ",nrext64=1", ",maxpct=50");
    words.add("-i size=" + inode + inodes);
    int directory = Math.max(block, chance.one(4096, 8192, 16384, 65536));
    words.add("-n size=" + directory);
    words.add(chance.one("", "-d agcount=2", "-d agcount=3"));
    words.add(chance.one("", block == 4096 ? "-s size=4096" : "", "-L label"));
    List<String> mount = new ArrayList<>(List.of("rw"));
    mount.addAll(chance.some(5, "wsync", "inode32", "allocsize=64k", "discard", "largeio"));
    return of(words, mount, 304 * MIB);
  }

  public static Drawn btrfs(RandomGenerator random) {
    Chance chance = new Chance(random);
    boolean mixed = chance.once(6);
    int node = mixed ? 4096 : chance.one(4096, 8192, 16384, 32768, 65536);
    List<String> words = new ArrayList<>(List.of("mkfs.btrfs", "-q", "-f", "-n " + node));
    String metadata = chance.one("single", "dup");
    words.add("-m " + metadata);
    words.add("-d " + (mixed ? metadata : chance.one("single", "single", "dup")));
    words.add("--csum " + chance.one("crc32c", "xxhash", "sha256", "blake2"));
    words.add(mixed ? "-M" : "");
    words.add(joined("-O ", chance.some(4, "^extref", "^no-holes", "^skinny-metadata")));
    boolean tree = !chance.once(3);
    List<String> runtime = new ArrayList<>(chance.some(3, "quota"));
    runtime.add(tree ? "free-space-tree" : "^free-space-tree");
    words.add(joined("-R ", runtime));
    words.add(chance.one("", "", "-L label"));
    List<String> mount = new ArrayList<>(List.of("rw", "commit=300"));
    mount.add(tree ? "" : chance.one("space_cache=v1", "nospace_cache"));
    mount.add(
        chance.one("", "compress=zlib", "compress-force=lzo", "compress-force=zstd", "nodatacow"));
    mount.addAll(chance.some(4, "nodatasum", "autodefrag", "ssd", "discard", "max_inline=0"));
    mount.addAll(chance.some(6, "flushoncommit", "noacl"));
    mount.removeIf(each -> mount.toString().contains("compress") && each.equals("nodatasum"));
    return of(words, mount, 256 * MIB);
  }

  /// @param kind 12, 16 or 32
  public static Drawn fat(int kind, RandomGenerator random) {
    Chance chance = new Chance(random);
    int cluster = kind == 12 ? chance.one(4, 8, 16) : kind == 16 ? chance.one(1, 2, 4) : 1;
    List<String> words = new ArrayList<>(List.of("mkfs.fat", "-F " + kind, "-s " + cluster));
    words.add(chance.one("", "-f 1", "-f 2"));
    words.add(chance.one("", "", "-R 40", "-a"));
    words.add(kind == 32 ? chance.one("", "-b 4") : chance.one("", "-r 64", "-r 1024"));
    words.add(chance.one("", "-n LABEL", "-i 1234abcd", "-M 0xF0"));
    words.add(chance.one("", "", "-h 63", "-g 16/32", "-D 0"));
    words.add(chance.one("", "", "--mbr=n", "--invariant"));
    long mebibytes = kind == 12 ? 6 : kind == 16 ? 4 + 4L * cluster + 4 : chance.one(36, 48);
    return of(words, List.of("rw"), mebibytes * MIB);
  }
}
