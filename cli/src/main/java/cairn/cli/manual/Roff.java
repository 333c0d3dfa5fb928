package cairn.cli.manual;

import java.util.Locale;

/// The text of a man page in the making, in the language of `man`(7).
final class Roff {
  private final StringBuilder text = new StringBuilder();

  Roff title(String name, int section, String program) {
    return line(
        String.format(
            Locale.ROOT,
            ".TH \"%s\" \"%d\" \"\" \"%s\" \"Cairn Manual\"",
            name.toUpperCase(Locale.ROOT),
            section,
            program));
  }

  Roff section(String heading) {
    return line(".SH \"" + escaped(heading) + "\"");
  }

  Roff paragraph(String words) {
    return line(".PP").line(escaped(words));
  }

  /// A term and what it means.
  Roff item(String term, String meaning) {
    return line(".TP").line("\\fB" + escaped(term) + "\\fR").line(escaped(meaning));
  }

  /// Lines as they are.
  Roff verbatim(Iterable<String> lines) {
    line(".PP").line(".nf").line(".RS 4");
    lines.forEach(each -> line(escaped(each)));
    return line(".RE").line(".fi");
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private Roff line(String line) {
    text.append(line).append('\n');
    return this;
  }

  /// A dot or an apostrophe at the start of a line would be a command.
  private static String escaped(String words) {
    String escaped = words.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
