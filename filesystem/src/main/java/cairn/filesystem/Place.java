package cairn.filesystem;

import cairn.base.block.BlockReader;
import cairn.filesystem.Content.FileSystem;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.check.Checkable;
import cairn.filesystem.check.Findings;
import cairn.filesystem.file.Filed;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.used.Identity;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A volume, a partition or a logical volume, and what it holds.
///
/// @param names how it may be called, the [address][#address()] first
/// @param container what `offset` counts in: the address of a divided disk; of a logical volume,
///   the name of its group; empty for a volume
/// @param offset in bytes; 0 for a logical volume, which may lie anywhere in its group
/// @param size in bytes
/// @param bytes what is in it; empty for a logical volume that cannot be put together, whose
///   content says why
public record Place(
    List<String> names,
    String container,
    long offset,
    long size,
    Content content,
    Optional<BlockReader> bytes) {
  public Place {
    names = List.copyOf(names);
  }

  /// `disk.img` for a volume, `p2` for a partition or `sdb/p2` when there are several volumes,
  /// `group/name` for a logical volume.
  public String address() {
    return names.getFirst();
  }

  public Identity identity() {
    return content.identity();
  }

  public boolean isFileSystem() {
    return content instanceof FileSystem;
  }

  /// Whether another place stands for the file system that it is a part of.
  boolean isFurtherDevice() {
    return content instanceof FileSystem(var format) && format.isFurtherDevice();
  }

  /// Whether another place is a further device of the file system here, and checked with it.
  public boolean standsFor(Place other) {
    return other.isFurtherDevice()
        && !isFurtherDevice()
        && content.type().equals(other.content.type())
        && content.uuid().equals(other.content.uuid());
  }

  /// @throws Unreadable when it holds no files, or none that can be read
  public Filed files() throws Unreadable {
    if (content instanceof FileSystem(var format) && format instanceof Filed filed) {
      return filed;
    }
    String why = content instanceof Unknown unknown ? ": " + unknown.why() : "";
    throw new Unreadable("no files can be read from " + sentence() + why);
  }

  /// Checks the metadata of what it holds, but not of what lies in its partitions. About bytes
  /// without any sign there is nothing to say; about a format that is not understood, that nothing
  /// is known.
  ///
  /// @param deep as for [Checkable#check]
  /// @throws IOException as for [Checkable#check]
  public void check(boolean deep, Findings findings) throws IOException {
    Optional<Checkable> checkable = content.checkable();
    if (checkable.isPresent()) {
      checkable.get().check(deep, findings);
    } else if (content instanceof Unknown unknown) {
      if (!unknown.equals(Contents.signless(unknown.size()))) {
        String type = content.type().equals(Contents.UNKNOWN) ? "" : content.type() + ": ";
        findings.unknown(type + unknown.why());
      }
    } else {
      findings.unknown("the metadata of " + content.type() + " cannot be checked");
    }
  }

  Place with(Content other) {
    return new Place(names, container, offset, size, other, bytes);
  }

  /// How much of a text calls this place by name: all of it, or all before a slash.
  ///
  /// @return -1 when it calls another place
  int called(String text) {
    int longest = -1;
    for (String name : names) {
      int length = name.length();
      boolean anyCase = name.startsWith("UUID=") || name.startsWith("PARTUUID=");
      boolean ends =
          text.length() == length || (text.length() > length && text.charAt(length) == '/');
      if (ends && text.regionMatches(anyCase, 0, name, 0, length)) {
        longest = Math.max(longest, length);
      }
    }
    return longest;
  }

  /// For a message: the address, and what it is.
  String sentence() {
    String label = content.label().map(text -> ", LABEL=" + text).orElse("");
    String type = content instanceof Partitioned ? content.type() + " table" : content.type();
    return address() + " (" + type + label + ")";
  }
}
