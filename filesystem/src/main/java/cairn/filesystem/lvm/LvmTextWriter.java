package cairn.filesystem.lvm;

import cairn.filesystem.lvm.LvmText.Section;
import java.util.List;
import java.util.stream.Collectors;

/// Writes what [LvmText] reads.
final class LvmTextWriter {
  private final StringBuilder text = new StringBuilder();

  private LvmTextWriter() {}

  static String write(Section root) {
    LvmTextWriter writer = new LvmTextWriter();
    writer.section(root, 0);
    return writer.text.toString();
  }

  private void section(Section section, int depth) {
    String indent = "\t".repeat(depth);
    section
        .values()
        .forEach((name, value) -> {
          text.append(indent).append(name);
          if (value instanceof Section inner) {
            text.append(" {\n");
            section(inner, depth + 1);
            text.append(indent).append("}\n");
          } else {
            text.append(" = ").append(value(value)).append('\n');
          }
        });
  }

  private static String value(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(LvmTextWriter::scalar).collect(Collectors.joining(", ", "[", "]"))
        : scalar(value);
  }

  private static String scalar(Object value) {
    return value instanceof Long
        ? value.toString()
        : '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
