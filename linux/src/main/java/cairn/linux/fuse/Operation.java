package cairn.linux.fuse;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the kernel asks for (`enum fuse_opcode` in `linux/fuse.h`), as far as it is answered.
enum Operation {
  LOOKUP(1),
  FORGET(2),
  GETATTR(3),
  READLINK(5),
  OPEN(14),
  READ(15),
  STATFS(17),
  RELEASE(18),
  GETXATTR(22),
  LISTXATTR(23),
  FLUSH(25),
  INIT(26),
  OPENDIR(27),
  READDIR(28),
  RELEASEDIR(29),
  INTERRUPT(36),
  DESTROY(38),
  BATCH_FORGET(42),
  READDIRPLUS(44),
  LSEEK(46);

  private static final Map<Integer, Operation> BY_CODE = new HashMap<>();

  static {
    for (Operation operation : values()) {
      BY_CODE.put(operation.code, operation);
    }
  }

  private final int code;

  Operation(int code) {
    this.code = code;
  }

  /// Null for what is not answered.
  static @Nullable Operation of(int code) {
    return BY_CODE.get(code);
  }
}
