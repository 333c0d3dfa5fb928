package cairn.storage;

import java.util.Locale;

/// What a directory must promise before the engine relies on it, in the order in which it is
/// probed.
public enum Property {
  WRITABLE("everything but reading", "mount it writable, or run as the owner of the store"),
  OWNER(
      "a store that its owner can go on using after root has written to it",
      "run as the owner of the store, or give the store's folder to the user who runs this"),
  FREE_SPACE("publishing packs", "free space, or put the store on a larger disk"),
  FREE_FILES("publishing objects", "free inodes, or make the file system with more of them"),
  LOCK(
      "moves and listings that are atomic among processes",
      "mount the file system with file locks (on NFS: with lockd)"),
  FSYNC("objects that survive a crash", "use a file system that can sync files and folders"),
  NAME_LENGTH("objects and groups with names of 200 characters", "use another file system"),
  CASE_SENSITIVITY(
      "groups whose names differ by case only", "use a file system that tells them apart"),
  NOT_NESTED(
      "garbage collection, which must not take one store's objects for another's",
      "use a folder that is not inside a store and has none inside"),
  CREATE_NO_CLOBBER("never overwriting an object", "use another file system"),
  RENAME_ATOMIC(
      "commits and changes of config that are never half done", "use another file system"),
  RENAME_REFUSED("sessions that end exactly once", "use another file system"),
  READ_AFTER_WRITE("reading what was just written", "use another file system or mount option"),
  LIST_AFTER_WRITE(
      "a writer and a collector seeing each other", "use another file system or mount option"),
  TIMESTAMPS(
      "heartbeats that tell a slow writer from a dead one",
      "use a file system or mount option that honours explicit times of modification"),
  REMOVABLE("forgetting and collecting garbage", "allow the removal of files and folders");

  private final String neededFor;
  private final String remedy;

  Property(String neededFor, String remedy) {
    this.neededFor = neededFor;
    this.remedy = remedy;
  }

  /// The name by which a person waives it, such as `free-space`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String neededFor() {
    return neededFor;
  }

  /// What to do when it does not hold.
  public String remedy() {
    return remedy;
  }
}
