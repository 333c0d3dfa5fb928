package cairn.linux.bpf;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/// The kernel's description of its own types (BTF, `linux/btf.h`): where the members of its
/// structures lie, and which arguments its tracepoints have.
///
/// | offset | bytes | field of a type                                      |
/// |-------:|------:|------------------------------------------------------|
/// |      0 |     4 | where the name is among the strings                  |
/// |      4 |     4 | number of parts in bits 0 to 15, kind in 24 to 28    |
/// |      8 |     4 | size, or the id of another type                      |
/// |     12 |       | parts; how long they are depends on the kind         |
public final class TypeInformation {
  private static final int MAGIC = 0xeb9f;
  private static final int HEADER_BYTES = 24;
  private static final int TYPE_BYTES = 12;
  private static final int MEMBER_BYTES = 12;
  private static final int ARGUMENT_BYTES = 8;

  private static final int POINTER = 2;
  private static final int STRUCTURE = 4;
  private static final int UNION = 5;
  private static final int TYPE_DEFINITION = 8;
  private static final int VOLATILE = 9;
  private static final int CONSTANT = 10;
  private static final int RESTRICT = 11;
  private static final int FUNCTION_PROTOTYPE = 13;
  private static final int TYPE_TAG = 18;

  // By kind, from 0: bytes that follow each type, and bytes for each of its parts.
  private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};
  private static final int[] EACH = {
    0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12
  };

  private final ByteBuffer bytes;
  private final Strings strings;
  private final int[] places;

  /// Where names are: those of the kernel, and after these in number those of a module.
  ///
  /// @param offset of the first ones
  /// @param length of the first ones
  /// @param moreOffset of the others
  private record Strings(int offset, int length, int moreOffset) {
    int place(int name) {
      return name < length ? offset + name : moreOffset + name - length;
    }
  }

  /// @param bytes as `/sys/kernel/btf/vmlinux` has them
  /// @throws IOException when they cannot be understood
  public TypeInformation(byte[] bytes) throws IOException {
    this(new byte[0], bytes, new Strings(0, 0, 0), new int[1]);
  }

  /// @param before what goes before in `bytes`
  /// @param added a header, types and strings that continue those before
  /// @param strings of what goes before
  /// @param placesBefore of its types
  private TypeInformation(byte[] before, byte[] added, Strings strings, int[] placesBefore)
      throws IOException {
    byte[] all = Arrays.copyOf(before, before.length + added.length);
    System.arraycopy(added, 0, all, before.length, added.length);
    this.bytes = ByteBuffer.wrap(all).order(ByteOrder.nativeOrder());
    int start = before.length;
    try {
      if (added.length < HEADER_BYTES || (this.bytes.getShort(start) & 0xffff) != MAGIC) {
        throw new IOException("the kernel's type information has no magic number");
      }
      int body = start + this.bytes.getInt(start + 4);
      int types = body + this.bytes.getInt(start + 8);
      int names = body + this.bytes.getInt(start + 16);
      this.strings =
          start == 0
              ? new Strings(names, this.bytes.getInt(start + 20), 0)
              : new Strings(strings.offset, strings.length, names);
      this.places = places(placesBefore, types, types + this.bytes.getInt(start + 12));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IOException("the kernel's type information is cut off", e);
    }
  }

  /// Also what a module of the kernel describes: its types and names are numbered on from the
  /// kernel's.
  ///
  /// @param module as a file in `/sys/kernel/btf` has it
  public TypeInformation with(byte[] module) throws IOException {
    return new TypeInformation(bytes.array(), module, strings, places);
  }

  /// @param file `/sys/kernel/btf/vmlinux`
  public static TypeInformation read(Path file) throws IOException {
    return new TypeInformation(Files.readAllBytes(file));
  }

  /// The id of `typedef ... name`.
  public OptionalInt typeDefinition(String name) {
    return find(TYPE_DEFINITION, name);
  }

  /// Which argument of the function that a type definition points to points to the structure; the
  /// first is 0.
  public OptionalInt argument(int typeDefinition, String structure) {
    int prototype = target(target(typeDefinition));
    if (kind(prototype) != FUNCTION_PROTOTYPE) {
      return OptionalInt.empty();
    }
    for (int i = 0; i < parts(prototype); i++) {
      int type = plain(bytes.getInt(places[prototype] + TYPE_BYTES + i * ARGUMENT_BYTES + 4));
      if (kind(type) == POINTER && isNamed(plain(target(type)), structure)) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }

  /// The offset in bytes of a member, which may lie in a nameless structure within; `a.b` is `b` in
  /// the member `a`. Empty when there is no such structure or member.
  public OptionalInt member(String structure, String path) {
    OptionalInt found = find(STRUCTURE, structure);
    int offset = 0;
    for (String name : path.split("\\.", -1)) {
      if (found.isEmpty()) {
        return found;
      }
      Optional<Member> member = member(found.getAsInt(), name);
      if (member.isEmpty()) {
        return OptionalInt.empty();
      }
      offset += member.get().offset;
      found = OptionalInt.of(plain(member.get().type));
    }
    return OptionalInt.of(offset);
  }

  private record Member(int offset, int type) {}

  private Optional<Member> member(int structure, String name) {
    if (kind(structure) != STRUCTURE && kind(structure) != UNION) {
      return Optional.empty();
    }
    for (int i = 0; i < parts(structure); i++) {
      int at = places[structure] + TYPE_BYTES + i * MEMBER_BYTES;
      int type = plain(bytes.getInt(at + 4));
      // With bit fields around, the upper byte is a width.
      int offset = (bytes.getInt(at + 8) & 0xffffff) / Byte.SIZE;
      if (isText(bytes.getInt(at), name)) {
        return Optional.of(new Member(offset, type));
      }
      if (bytes.getInt(at) == 0) {
        Optional<Member> within = member(type, name);
        if (within.isPresent()) {
          return within.map(each -> new Member(offset + each.offset, each.type));
        }
      }
    }
    return Optional.empty();
  }

  /// The size of a structure in bytes; empty when there is none of that name.
  public OptionalInt size(String structure) {
    OptionalInt found = find(STRUCTURE, structure);
    return found.isPresent() ? OptionalInt.of(target(found.getAsInt())) : found;
  }

  /// Whether a member of a structure is a pointer.
  public boolean isPointer(String structure, String name) {
    OptionalInt found = find(STRUCTURE, structure);
    return found.isPresent()
        && member(found.getAsInt(), name)
            .filter(member -> kind(plain(member.type)) == POINTER)
            .isPresent();
  }

  private OptionalInt find(int kind, String name) {
    for (int id = 1; id < places.length; id++) {
      if (kind(id) == kind && isNamed(id, name)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }

  private int plain(int id) {
    return switch (kind(id)) {
      case TYPE_DEFINITION, VOLATILE, CONSTANT, RESTRICT, TYPE_TAG -> plain(target(id));
      default -> id;
    };
  }

  // 0, which has no place, is void.
  private int kind(int id) {
    return id == 0 ? 0 : (bytes.getInt(places[id] + 4) >>> 24) & 0x1f;
  }

  private int parts(int id) {
    return bytes.getInt(places[id] + 4) & 0xffff;
  }

  private int target(int id) {
    return bytes.getInt(places[id] + 8);
  }

  private boolean isNamed(int id, String name) {
    return id != 0 && isText(bytes.getInt(places[id]), name);
  }

  private boolean isText(int at, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
    int start = strings.place(at);
    for (int i = 0; i < wanted.length; i++) {
      if (bytes.get(start + i) != wanted[i]) {
        return false;
      }
    }
    return bytes.get(start + wanted.length) == 0;
  }

  /// @param before of the types that these are numbered on from; at least of void, which has none
  private int[] places(int[] before, int start, int end) throws IOException {
    int count = before.length;
    int[] found = Arrays.copyOf(before, count + (end - start) / TYPE_BYTES);
    for (int at = start; at < end; count++) {
      int kind = (bytes.getInt(at + 4) >>> 24) & 0x1f;
      if (kind == 0 || kind >= FIXED.length) {
        throw new IOException("the kernel's type information has a type of unknown kind " + kind);
      }
      found[count] = at;
      at += TYPE_BYTES + FIXED[kind] + (bytes.getInt(at + 4) & 0xffff) * EACH[kind];
    }
    return Arrays.copyOf(found, count);
  }
}
