package cairn.base.bytes;

/// Something wrong with what is stored, as a value: `check` returns problems, the command line
/// renders them, and the exit code follows from them.
public sealed interface Problem {
  /// One line, in the grammar of the implementing record.
  String message();

  /// The kind of object or structure: `pack`, `node`, `index` and so on.
  String kind();

  /// Its identifier, in full.
  String id();

  /// Bytes that are wrong: `corrupt <kind> <id>[@pack:offset][ slot=<n>]: <field>, have <x> expect
  /// <y>`.
  ///
  /// @param place where it lies, as `pack:offset`, or empty when the id says it all
  /// @param slot the item within it, or -1
  record Corrupt(
      String kind, String id, String place, int slot, String field, String have, String expect)
      implements Problem {
    @Override
    public String message() {
      String where = (place.isEmpty() ? "" : "@" + place) + (slot < 0 ? "" : " slot=" + slot);
      String finding = field + ", have " + have + " expect " + expect;
      return "corrupt " + kind + " " + id + where + ": " + finding;
    }
  }

  /// A block of the tree of a file system that breaks a rule, in the words of the tree checker of
  /// btrfs: `corrupt <leaf|node>: root=<tree> block=<address>[ slot=<n>][ <where>], <field>, have
  /// <x> expect <y>`.
  ///
  /// @param kind `leaf` or `node`
  /// @param id the address of the block
  /// @param slot the item or pointer within it, or -1
  /// @param where what the item is about, such as `ino=257 file_offset=0`, or empty
  record TreeBlock(
      String kind,
      String tree,
      String id,
      int slot,
      String where,
      String field,
      String have,
      String expect)
      implements Problem {
    @Override
    public String message() {
      String place =
          (slot < 0 ? "" : " slot=" + slot) + (where.isEmpty() ? "" : " " + where) + ", ";
      String finding = field + ", have " + have + " expect " + expect;
      return "corrupt " + kind + ": root=" + tree + " block=" + id + place + finding;
    }
  }

  /// Something that another object names and that is not there: `missing <kind> <id>: needed by
  /// <neededBy>`.
  record Missing(String kind, String id, String neededBy) implements Problem {
    @Override
    public String message() {
      return "missing " + kind + " " + id + ": needed by " + neededBy;
    }
  }

  /// Something that could not be read, so that nothing is known about it: `unknown <kind> <id>:
  /// <why>`.
  record Unknown(String kind, String id, String why) implements Problem {
    @Override
    public String message() {
      return "unknown " + kind + " " + id + ": " + why;
    }
  }

  /// What a damaged or missing chunk costs: the bytes `[offset, offset + length)` of a volume of a
  /// snapshot: `affected snapshot <id>: volume <volume>, bytes <offset>+<length>`.
  record Affected(String id, String volume, long offset, long length) implements Problem {
    @Override
    public String kind() {
      return "snapshot";
    }

    @Override
    public String message() {
      return "affected snapshot " + id + ": volume " + volume + ", bytes " + offset + "+" + length;
    }
  }

  /// Further problems of which only the number was kept: `<count> more problems in <kind> <id>`.
  record More(String kind, String id, long count) implements Problem {
    @Override
    public String message() {
      return count + " more problems in " + kind + " " + id;
    }
  }
}
