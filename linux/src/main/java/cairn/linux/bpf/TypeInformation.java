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
  private final int stringsOffset;
  private final int[] places;

  /// @param bytes as `/sys/kernel/btf/vmlinux` has them
  /// @throws IOException when they cannot be understood
  public TypeInformation(byte[] bytes) throws IOException {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    try {
      if (bytes.length < HEADER_BYTES || (this.bytes.getShort(0) & 0xffff) != MAGIC) {
        throw new IOException("the kernel's type information has no magic number");
      }
      int headerBytes = this.bytes.getInt(4);
      int typesOffset = headerBytes + this.bytes.getInt(8);
      this.stringsOffset = headerBytes + this.bytes.getInt(16);
      this.places = places(typesOffset, typesOffset + this.bytes.getInt(12));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IOException("the kernel's type information is cut off", e);
    }
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
    int start = stringsOffset + at;
    for (int i = 0; i < wanted.length; i++) {
      if (bytes.get(start + i) != wanted[i]) {
        return false;
      }
    }
    return bytes.get(start + wanted.length) == 0;
  }

  private int[] places(int start, int end) throws IOException {
    int[] found = new int[(end - start) / TYPE_BYTES + 1];
    int count = 1;
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
