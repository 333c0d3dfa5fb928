package cairn.volume.qemu;

import cairn.volume.nbd.NbdUri;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One moment of the disks of a guest, shown over NBD while the guest goes on. What it overwrites
/// meanwhile goes into images beside. All that was made in QEMU is unmade when this is closed.
///
/// A bitmap counts writes from one moment to the next: the one of the last backup ends where the
/// new one begins. Should the backup fail, both become one again.
public final class GuestMoment implements AutoCloseable {
  private static final String PREFIX = "cairn-fleece-";

  private static final String SERVER = "nbd";

  /// What must stay free beside the images. When there is no room for what the guest overwrites,
  /// its own write fails.
  static final long ROOM_MIN = 1L << 30;

  private final QmpClient qmp;
  private final List<Shown> disks;
  private final Path folder;
  private final FileStore room;
  private final Path server;
  private final Deque<Undo> undo = new ArrayDeque<>();
  private boolean took;
  private boolean kept;

  /// A disk and its bitmaps.
  ///
  /// @param last of the last backup; empty when there is none to rely upon
  /// @param next that begins now
  public record Shown(GuestDisk disk, Optional<String> last, String next) {}

  /// Makes an image of qcow2, empty and of that size.
  public interface ImageMaker {
    void make(Path file, long size) throws IOException;
  }

  private interface Undo {
    void run() throws IOException;
  }

  private GuestMoment(QmpClient qmp, List<Shown> disks, Path folder, FileStore room) {
    this.qmp = qmp;
    this.disks = List.copyOf(disks);
    this.folder = folder;
    this.room = room;
    this.server = folder.resolve(SERVER);
  }

  /// @param socket of the monitor, whose owner is taken for the user that QEMU runs as
  /// @param beside where a folder for the images is made
  public static GuestMoment take(
      QmpClient qmp, List<Shown> disks, Path socket, Path beside, ImageMaker maker)
      throws IOException {
    // Found once: that goes through all mounts, and every read asks for the room.
    FileStore room = Files.getFileStore(beside);
    Path folder =
        Files.createTempDirectory(
            beside,
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    GuestMoment moment = new GuestMoment(qmp, disks, folder, room);
    boolean good = false;
    try {
      moment.undo.push(() -> Files.deleteIfExists(folder));
      moment.checkRoom();
      Files.setOwner(folder, Files.getOwner(socket));
      moment.addImages(maker, socket);
      moment.begin();
      moment.export();
      good = true;
      return moment;
    } finally {
      if (!good) {
        moment.close();
      }
    }
  }

  /// Unmakes what a backup left that was killed, so that disks have their own names again: nobody
  /// else can be at work, as a monitor talks to one program at a time. What was written meanwhile
  /// is in bitmaps that nobody relies upon; those that count no more go too.
  public static void sweep(QmpClient qmp) throws IOException {
    boolean served = false;
    for (String export : names(qmp, "query-block-exports", "id")) {
      endExport(qmp, export);
      served = true;
    }
    if (served) {
      qmp.execute("nbd-server-stop", new JsonObject());
    }
    for (String job : names(qmp, "query-jobs", "id")) {
      endJob(qmp, job);
    }
    Set<Path> images = images(qmp);
    for (String node : names(qmp, "query-named-block-nodes", "node-name")) {
      qmp.execute("blockdev-del", object("node-name", node));
    }
    for (Path image : images) {
      remove(image);
    }
    for (GuestDisk disk : GuestDisk.all(qmp)) {
      for (String bitmap : disk.abandoned()) {
        JsonObject arguments = object("node", disk.node());
        arguments.addProperty("name", bitmap);
        qmp.execute("block-dirty-bitmap-remove", arguments);
      }
    }
  }

  /// As the nodes below those of Cairn have them. Nothing else is told of, whatever QEMU says.
  private static Set<Path> images(QmpClient qmp) throws IOException {
    Set<Path> images = new LinkedHashSet<>();
    for (JsonElement element :
        qmp.execute("query-named-block-nodes", new JsonObject()).getAsJsonArray()) {
      JsonElement file = element.getAsJsonObject().get("file");
      Path image = Path.of(file == null ? "" : file.getAsString());
      Path folder = image.getParent();
      if (folder != null && isOurs(image) && isOurs(folder)) {
        images.add(image);
      }
    }
    return images;
  }

  /// With the folder that it was made in.
  private static void remove(Path image) throws IOException {
    Files.deleteIfExists(image);
    Files.deleteIfExists(image.resolveSibling(SERVER));
    try {
      Files.deleteIfExists(Objects.requireNonNull(image.getParent()));
    } catch (DirectoryNotEmptyException e) {
      return; // the image of the next disk is in it
    }
  }

  private static boolean isOurs(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(PREFIX);
  }

  private static List<String> names(QmpClient qmp, String query, String field) throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonElement element : qmp.execute(query, new JsonObject()).getAsJsonArray()) {
      JsonElement name = element.getAsJsonObject().get(field);
      if (name != null && name.getAsString().startsWith(PREFIX)) {
        names.add(name.getAsString());
      }
    }
    return names;
  }

  private void addImages(ImageMaker maker, Path socket) throws IOException {
    for (Shown shown : disks) {
      Path image = folder.resolve(fleece(shown));
      undo.push(() -> Files.deleteIfExists(image));
      maker.make(image, shown.disk.size());
      Files.setOwner(image, Files.getOwner(socket));
      JsonObject node = object("driver", "qcow2");
      node.addProperty("node-name", fleece(shown));
      node.addProperty("backing", shown.disk.node());
      JsonObject file = object("driver", "file");
      file.addProperty("filename", image.toString());
      node.add("file", file);
      qmp.execute("blockdev-add", node);
      undo.push(() -> qmp.execute("blockdev-del", object("node-name", fleece(shown))));
    }
  }

  /// Actions happen one after the other, and a write may end between two of them. From the start of
  /// the job on none does: so the new bitmap begins before it, and the old one ends after it.
  private void begin() throws IOException {
    List<JsonObject> actions = new ArrayList<>();
    for (Shown shown : disks) {
      JsonObject next = bitmap(shown, shown.next);
      next.addProperty("persistent", shown.disk.format().equals("qcow2"));
      actions.add(action("block-dirty-bitmap-add", next));
      JsonObject job = object("job-id", fleece(shown));
      job.addProperty("device", shown.disk.node());
      job.addProperty("target", fleece(shown));
      job.addProperty("sync", "none");
      actions.add(action("blockdev-backup", job));
      shown.last.ifPresent(
          last -> actions.add(action("block-dirty-bitmap-disable", bitmap(shown, last))));
    }
    qmp.transaction(actions);
    took = true;
    for (Shown shown : disks) {
      undo.push(() -> endJob(qmp, fleece(shown)));
    }
  }

  private static void endJob(QmpClient qmp, String job) throws IOException {
    if (names(qmp, "query-jobs", "id").contains(job)) {
      qmp.execute("job-cancel", object("id", job));
      qmp.await(event -> is(event, job, "null"), job + " has ended");
    }
  }

  /// Whether it says that the job is in this state.
  private static boolean is(JsonObject event, String job, String status) {
    JsonObject data = event.getAsJsonObject("data");
    return data != null
        && data.has("status")
        && data.get("status").getAsString().equals(status)
        && data.get("id").getAsString().equals(job);
  }

  private static void endExport(QmpClient qmp, String export) throws IOException {
    JsonObject arguments = object("id", export);
    arguments.addProperty("mode", "hard");
    qmp.execute("block-export-del", arguments);
    qmp.await(
        event ->
            event.has("event")
                && event.get("event").getAsString().equals("BLOCK_EXPORT_DELETED")
                && event.getAsJsonObject("data").get("id").getAsString().equals(export),
        export + " is gone");
  }

  /// What is shown is of that moment only as long as all that the guest overwrites is saved first.
  ///
  /// @throws IOException when it was not
  public void checkHolds() throws IOException {
    List<String> jobs = names(qmp, "query-jobs", "id");
    for (Shown shown : disks) {
      if (!jobs.contains(fleece(shown))) {
        throw new IOException(
            "QEMU saves no longer what the guest overwrites of "
                + shown.disk.name()
                + ", as somebody ended the job for it: back up again");
      }
    }
  }

  /// For any thread.
  ///
  /// @throws IOException when there is so little room for what the guest overwrites that its writes
  ///   are in danger: better no backup
  public void checkRoom() throws IOException {
    if (room.getUsableSpace() < ROOM_MIN) {
      throw new IOException(
          "less than 1 GiB is free in "
              + folder.getParent()
              + " for what the guest overwrites while it is backed up: make more room there,"
              + " or name another folder by TMPDIR");
    }
  }

  /// A guest whose write failed is stopped by QEMU, unless it was told otherwise.
  private void checkRuns() throws IOException {
    JsonObject status = qmp.execute("query-status", new JsonObject()).getAsJsonObject();
    if (status.get("status").getAsString().equals("io-error")) {
      throw new IOException(
          "the guest stands still, as one of its writes failed: see to the room that its images"
              + " and "
              + folder.getParent()
              + " have, and let it go on by the command 'cont' of QEMU");
    }
  }

  private void export() throws IOException {
    JsonObject path = object("path", server.toString());
    JsonObject address = object("type", "unix");
    address.add("data", path);
    JsonObject arguments = new JsonObject();
    arguments.add("addr", address);
    qmp.execute("nbd-server-start", arguments);
    undo.push(() -> Files.deleteIfExists(server));
    undo.push(() -> qmp.execute("nbd-server-stop", new JsonObject()));
    for (Shown shown : disks) {
      JsonObject export = object("type", "nbd");
      export.addProperty("id", fleece(shown));
      export.addProperty("node-name", fleece(shown));
      export.addProperty("name", shown.disk.name());
      JsonArray bitmaps = new JsonArray();
      shown.last.ifPresent(last -> bitmaps.add(bitmap(shown, last)));
      export.add("bitmaps", bitmaps);
      qmp.execute("block-export-add", export);
      undo.push(() -> endExport(qmp, fleece(shown)));
    }
  }

  /// Where a disk is shown.
  public NbdUri uri(Shown shown) {
    return NbdUri.unix(false, server, shown.disk.name());
  }

  /// The backup is there: from now on the new bitmaps count.
  public void keep() {
    kept = true;
  }

  private void settleBitmaps(Shown shown) throws IOException {
    if (shown.last.isEmpty()) {
      if (!kept) {
        qmp.execute("block-dirty-bitmap-remove", bitmap(shown, shown.next));
      }
      return;
    }
    String last = shown.last.get();
    if (kept) {
      qmp.execute("block-dirty-bitmap-remove", bitmap(shown, last));
      return;
    }
    JsonObject merge = object("node", shown.disk.node());
    merge.addProperty("target", last);
    JsonArray from = new JsonArray();
    from.add(shown.next);
    merge.add("bitmaps", from);
    qmp.transaction(
        List.of(
            action("block-dirty-bitmap-enable", bitmap(shown, last)),
            action("block-dirty-bitmap-merge", merge)));
    qmp.execute("block-dirty-bitmap-remove", bitmap(shown, shown.next));
  }

  private static String fleece(Shown shown) {
    return shown.next.replace("cairn-", PREFIX);
  }

  private static JsonObject bitmap(Shown shown, String name) {
    JsonObject bitmap = object("node", shown.disk.node());
    bitmap.addProperty("name", name);
    return bitmap;
  }

  private static JsonObject action(String type, JsonObject data) {
    JsonObject action = object("type", type);
    action.add("data", data);
    return action;
  }

  private static JsonObject object(String name, String value) {
    JsonObject object = new JsonObject();
    object.addProperty(name, value);
    return object;
  }

  /// @throws IOException naming the first thing that could not be unmade; everything was tried
  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!undo.isEmpty()) {
      failure = run(undo.pop(), failure);
    }
    for (Shown shown : took ? disks : List.<Shown>of()) {
      failure = run(() -> settleBitmaps(shown), failure);
    }
    if (took) {
      failure = run(this::checkRuns, failure);
    }
    took = false;
    if (failure != null) {
      throw new IOException(
          "QEMU is not as it was before the backup: " + failure.getMessage(), failure);
    }
  }

  private static @Nullable IOException run(Undo step, @Nullable IOException before) {
    try {
      step.run();
      return before;
    } catch (IOException e) {
      return before == null ? e : before;
    }
  }
}
