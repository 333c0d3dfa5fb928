package cairn.storage;

import cairn.storage.ProbeResult.Outcome;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// One run of the probe on a directory: a small store in a folder `.probe-<random>` of the store,
/// so that the code which is proven right is the code that will be used.
final class DirectoryProbe {
  static final String FOLDER_PREFIX = ".probe-";

  /// Without so many files there is no use in going on.
  private static final int FILES_ESSENTIAL = 64;

  private static final int ROUNDS = 24;
  private static final int LISTED = 6;

  /// Granularities of file systems in use: nanoseconds to jiffies, ext2 and ext3, FAT.
  private static final List<Duration> GRANULARITIES =
      List.of(Duration.ofMillis(40), Duration.ofMillis(1_100), Duration.ofMillis(2_100));

  /// After one of these has failed, all others would fail for the same reason.
  private static final Set<Property> ESSENTIAL =
      Set.of(
          Property.WRITABLE,
          Property.OWNER,
          Property.FREE_SPACE,
          Property.FREE_FILES,
          Property.LOCK,
          Property.FSYNC);

  private final DirectoryStorage storage;
  private final RandomGenerator chance; // a secure one takes longer than all else
  private final Probe.Sleeper sleeper;
  private final Probe.Options options;
  private final DirectoryOps ops;
  private final Path root;
  private final Path folder;
  private final List<ProbeResult> results = new ArrayList<>();

  /// How one property is examined.
  private interface Check {
    /// @return what was found when the property holds
    String run() throws IOException, Broken, Low;
  }

  /// The property does not hold.
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1;

    Broken(String found) {
      super(found);
    }
  }

  /// The property will soon cease to hold.
  private static final class Low extends Exception {
    private static final long serialVersionUID = 1;

    Low(String found) {
      super(found);
    }
  }

  DirectoryProbe(
      DirectoryStorage storage,
      RandomGenerator chance,
      Probe.Sleeper sleeper,
      Probe.Options options) {
    this.storage = storage;
    this.chance = new SplittableRandom(chance.nextLong());
    this.sleeper = sleeper;
    this.options = options;
    this.ops = storage.ops();
    this.root = storage.root();
    this.folder = root.resolve(FOLDER_PREFIX + HexFormat.of().toHexDigits(this.chance.nextLong()));
  }

  List<ProbeResult> run() throws IOException {
    if (!check(Property.WRITABLE, this::writable)) {
      return results;
    }
    try {
      if (check(Property.OWNER, this::owner)) {
        checkWithin(storage.at(folder, options.waivers()));
      }
    } finally {
      check(Property.REMOVABLE, this::removable);
    }
    return results;
  }

  private void checkWithin(DirectoryStorage probed) throws IOException {
    if (!check(Property.FREE_SPACE, this::freeSpace)
        || !check(Property.FREE_FILES, this::freeFiles)
        || !check(Property.LOCK, this::lock)
        || !check(Property.FSYNC, this::fsync)) {
      return;
    }
    check(Property.NAME_LENGTH, () -> nameLength(probed));
    check(Property.CASE_SENSITIVITY, () -> caseSensitivity(probed));
    check(Property.NOT_NESTED, this::notNested);
    check(Property.CREATE_NO_CLOBBER, () -> createNoClobber(probed));
    check(Property.RENAME_ATOMIC, this::renameAtomic);
    check(Property.RENAME_REFUSED, () -> renameRefused(probed));
    check(Property.READ_AFTER_WRITE, () -> readAfterWrite(probed));
    check(Property.LIST_AFTER_WRITE, () -> listAfterWrite(probed));
    check(Property.TIMESTAMPS, () -> timestamps(probed));
  }

  /// @return whether to go on
  private boolean check(Property property, Check check) throws IOException {
    Outcome failure = options.waivers().contains(property.word()) ? Outcome.WAIVED : Outcome.FAILED;
    ProbeResult result;
    try {
      result = new ProbeResult(property, Outcome.PASSED, check.run());
    } catch (Low e) {
      result = new ProbeResult(property, Outcome.WARNED, message(e));
    } catch (Broken e) {
      result = new ProbeResult(property, failure, message(e));
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      result = new ProbeResult(property, failure, message(Trouble.explain("use files", root, e)));
    }
    results.add(result);
    return result.isAcceptable() || !ESSENTIAL.contains(property);
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private String writable() throws IOException {
    ops.createFolder(folder);
    return "a folder could be made";
  }

  private String owner() throws IOException, Broken {
    int wanted = ops.owner(root).uid();
    storage.adopt(folder);
    for (String name :
        List.of(folder.toString(), DirectoryStorage.TEMPORARY, DirectoryStorage.LOCK)) {
      Path path = root.resolve(name);
      if (Files.exists(path) && ops.owner(path).uid() != wanted) {
        throw new Broken(
            root
                + " belongs to user "
                + wanted
                + " and "
                + path
                + " to user "
                + ops.owner(path).uid());
      }
    }
    return "files belong to user " + wanted + ", as the store does";
  }

  private String freeSpace() throws IOException, Low {
    try (FileChannel file = ops.create(folder.resolve("space"))) {
      ops.write(file, ByteBuffer.allocate(1 << 16));
      file.force(true); // where writing is delayed, so is its failure
    }
    long free = Files.getFileStore(root).getUsableSpace();
    if (free < options.freeBytesMin()) {
      throw new Low(free + " bytes are free, fewer than " + options.freeBytesMin());
    }
    return free + " bytes are free";
  }

  private String freeFiles() throws IOException, Broken, Low {
    Path files = folder.resolve("files");
    ops.createFolder(files);
    int wanted = Math.max(options.freeFilesMin(), FILES_ESSENTIAL);
    int made = 0;
    try {
      for (; made < wanted; made++) {
        ops.create(files.resolve("" + made)).close();
      }
      return made + " files could be made";
    } catch (IOException e) {
      String found = "only " + made + " of " + wanted + " files could be made: " + e.getMessage();
      if (made < FILES_ESSENTIAL) {
        throw new Broken(found);
      }
      throw new Low(found);
    } finally {
      ops.removeAll(files);
    }
  }

  private String lock() throws IOException {
    try (FileChannel file = ops.create(folder.resolve("locked"))) {
      Objects.requireNonNull(ops.lock(file, false));
    }
    return "a lock could be taken";
  }

  private String fsync() throws IOException {
    try (FileChannel file = ops.create(folder.resolve("synced"))) {
      ops.write(file, ByteBuffer.allocate(100));
      ops.force(file);
    }
    ops.forceFolder(folder);
    return "a file and a folder could be synced";
  }

  private String nameLength(DirectoryStorage probed) throws IOException {
    String name = "n".repeat(ObjectName.SEGMENT_CHARACTERS_MAX);
    probed.publish(name, random(1));
    probed.stat(name);
    return "names of 200 characters work";
  }

  private String caseSensitivity(DirectoryStorage probed) throws IOException, Broken {
    probed.publish("case/Name", random(1));
    try {
      probed.publish("case/nAME", random(1));
    } catch (ObjectExists e) {
      throw new Broken("a file Name was taken for nAME");
    }
    List<String> names = names(probed, "case");
    if (!names.equals(List.of("case/Name", "case/nAME"))) {
      throw new Broken("files Name and nAME were listed as " + names);
    }
    return "Name and nAME are two files";
  }

  private String notNested() throws IOException, Broken {
    for (Path above = root.toRealPath().getParent(); above != null; above = above.getParent()) {
      if (isStore(above)) {
        throw new Broken(root + " is inside the store " + above);
      }
    }
    for (Path child : folders(root)) {
      List<Path> candidates = new ArrayList<>(List.of(child));
      candidates.addAll(folders(child));
      for (Path candidate : candidates) {
        if (isStore(candidate)) {
          throw new Broken("the store " + candidate + " is inside " + root);
        }
      }
    }
    return "no store above or below";
  }

  /// `config` alone is too common a name.
  private static boolean isStore(Path path) {
    return Files.isRegularFile(path.resolve("config"))
        && Files.isRegularFile(path.resolve(DirectoryStorage.LOCK));
  }

  private List<Path> folders(Path parent) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path path : ops.entries(parent)) {
      boolean candidate = ObjectName.isLegal(String.valueOf(path.getFileName()));
      if (candidate && Files.isDirectory(path) && Files.isReadable(path)) {
        found.add(path);
      }
    }
    return found;
  }

  private String createNoClobber(DirectoryStorage probed) throws IOException, Broken {
    Path taken = folder.resolve("taken");
    Path other = folder.resolve("other");
    byte[] content = write(taken);
    write(other);
    try {
      ops.create(taken).close();
      throw new Broken("a file was created where there was one");
    } catch (FileAlreadyExistsException e) {
      // as it must be
    }
    try {
      probed.publish("once", random(1));
      probed.publish("once", random(1));
      throw new Broken("an object was published where there was one");
    } catch (ObjectExists e) {
      // as it must be
    }
    if (!probed.usesLinks()) {
      return "taken names are refused; there are no hard links, so names are given under the lock";
    }
    try {
      ops.link(other, taken);
      throw new Broken("a link was made where there was a file");
    } catch (FileAlreadyExistsException e) {
      // as it must be
    }
    require(Arrays.equals(read(taken), content), "a file changed when its name was to be reused");
    return "taken names are refused";
  }

  /// A reader looks at a file that is replaced all the time: it is always there and always whole.
  private String renameAtomic() throws IOException, Broken {
    Path from = folder.resolve("from");
    Path within = folder.resolve("within");
    Path across = folder.resolve("across/file");
    ops.createFolder(StoreFolders.parentOf(across));
    byte[] content = write(from);
    ops.rename(from, within);
    require(isGone(from) && Arrays.equals(read(within), content), "a renamed file is not whole");
    ops.rename(within, across);
    require(isGone(within) && Arrays.equals(read(across), content), "a moved file is not whole");

    try (Contest<Integer> reader = new Contest<>(() -> readWhile(across, content.length))) {
      for (int i = 0; i < ROUNDS; i++) {
        write(from);
        ops.rename(from, across);
      }
      Files.createFile(folder.resolve("enough"));
      reader.result();
    }
    return "renames within and across folders are atomic";
  }

  private int readWhile(Path path, int size) throws IOException, Broken {
    int reads = 0;
    while (isGone(folder.resolve("enough"))) {
      try {
        require(read(path).length == size, "a file was seen half replaced by a rename");
      } catch (NoSuchFileException e) {
        throw new Broken("a file was gone for a moment while a rename replaced it");
      }
      reads++;
    }
    return reads;
  }

  /// Also without our lock, which may not reach other machines: of two renames of one file one
  /// wins.
  private String renameRefused(DirectoryStorage probed) throws IOException, Broken {
    probed.publish("mine", random(100));
    probed.publish("yours", random(100));
    byte[] yours = probed.readAll("yours");
    try {
      probed.move("mine", "yours");
      throw new Broken("an object was moved to a taken name");
    } catch (ObjectExists e) {
      require(Arrays.equals(probed.readAll("yours"), yours), "a refused move changed its target");
    }
    for (int i = 0; i < ROUNDS; i++) {
      Path from = folder.resolve("race" + i);
      Path here = folder.resolve("here" + i);
      Path there = folder.resolve("there" + i);
      write(from);
      boolean first;
      boolean second;
      try (Contest<Boolean> rival = new Contest<>(() -> tryRename(from, there))) {
        first = tryRename(from, here);
        second = rival.result();
      }
      require(first != second, "of two renames of one file " + (first ? "both" : "none") + " won");
      require(isGone(here) != first && isGone(there) != second, "a renamed file has two names");
    }
    return "of several renames of one file one wins, and none to a taken name";
  }

  private boolean tryRename(Path from, Path to) throws IOException {
    try {
      ops.rename(from, to);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private String readAfterWrite(DirectoryStorage probed) throws IOException, Broken {
    for (int i = 0; i < LISTED; i++) {
      byte[] first = randomBytes(10_000 + i);
      byte[] second = randomBytes(5_000 + i);
      probed.publish("read/" + i, Content.of(first));
      require(Arrays.equals(probed.readAll("read/" + i), first), "a new file was read wrong");
      require(probed.stat("read/" + i).size() == first.length, "a new file has a wrong size");
      require(probed.replace("read/" + i, first, second), "a file was read wrong");
      require(
          Arrays.equals(probed.readAll("read/" + i), second), "a replaced file was read as before");
    }
    return "what is written is read at once";
  }

  private String listAfterWrite(DirectoryStorage probed) throws IOException, Broken {
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < LISTED; i++) {
      String name = "listed/" + i % 3 + "/" + i;
      probed.publish(name, random(1));
      expected.add(name);
      checkListing(probed, expected, "published");
    }
    for (String name : List.copyOf(expected)) {
      probed.move(name, name + "-moved");
      expected.remove(name);
      expected.add(name + "-moved");
      checkListing(probed, expected, "moved");
      probed.delete(name + "-moved");
      expected.remove(name + "-moved");
      checkListing(probed, expected, "deleted");
    }
    return "what is written, moved or deleted is listed so at once";
  }

  private static void checkListing(DirectoryStorage probed, Set<String> expected, String done)
      throws IOException, Broken {
    Set<String> found = new HashSet<>(names(probed, "listed"));
    require(
        found.equals(expected),
        "after an object was "
            + done
            + ", "
            + found.size()
            + " objects were listed, not "
            + expected.size());
  }

  private static List<String> names(DirectoryStorage probed, String prefix) throws IOException {
    return probed.list(prefix).stream().map(Entry::name).toList();
  }

  /// Some file systems copy a file when it is first changed; so a second try is due when the inode
  /// is another than before.
  private String timestamps(DirectoryStorage probed) throws IOException, Broken {
    probed.publish("beat", random(10));
    Path file = folder.resolve("beat");
    Object inode = ops.attributes(file).fileKey();
    try {
      return timestampsOnce(probed, file);
    } catch (Broken e) {
      if (Objects.equals(inode, ops.attributes(file).fileKey())) {
        throw e;
      }
      return timestampsOnce(probed, file);
    }
  }

  private String timestampsOnce(DirectoryStorage probed, Path file) throws IOException, Broken {
    Instant yesterday = probed.stat("beat").modified().minus(Duration.ofDays(1));
    ops.setModified(file, FileTime.from(yesterday));
    Duration difference = Duration.between(yesterday, probed.stat("beat").modified()).abs();
    require(
        difference.compareTo(Duration.ofSeconds(2)) <= 0,
        "a time of modification that was set was off by " + difference);
    probed.touch("beat");
    Instant before = probed.stat("beat").modified();
    require(before.isAfter(yesterday.plusSeconds(3_600)), "a touch was not honoured");
    for (Duration granularity : GRANULARITIES) {
      sleep(granularity);
      probed.touch("beat");
      if (probed.stat("beat").modified().isAfter(before)) {
        return "a touch is seen after " + granularity.toMillis() + " ms";
      }
    }
    throw new Broken("a second touch, more than 3 s after the first, was not honoured");
  }

  private void sleep(Duration duration) throws InterruptedIOException {
    try {
      sleeper.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the probe was interrupted");
    }
  }

  private String removable() throws IOException, Broken {
    ops.removeAll(folder);
    require(isGone(folder), folder + " is still there after it was removed");
    return "all files of the probe were removed";
  }

  private boolean isGone(Path path) throws IOException {
    try {
      ops.attributes(path);
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private byte[] write(Path path) throws IOException {
    byte[] bytes = randomBytes(3_000);
    try (FileChannel file = ops.create(path)) {
      ops.write(file, ByteBuffer.wrap(bytes));
    }
    return bytes;
  }

  private byte[] read(Path path) throws IOException {
    try (FileChannel file = ops.openForReading(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      int count = ops.read(file, bytes, 0);
      return Arrays.copyOf(bytes.array(), Math.max(count, 0));
    }
  }

  private Content random(int size) {
    return Content.of(randomBytes(size));
  }

  private byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    chance.nextBytes(bytes);
    return bytes;
  }

  private static void require(boolean holds, String otherwise) throws Broken {
    if (!holds) {
      throw new Broken(otherwise);
    }
  }
}
