package cairn.cli.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// Rows of text in columns as wide as they need to be. Numbers stand at the right of theirs.
public final class Table {
  private static final String GAP = "  ";
  private static final String NOTE_INDENT = "    ";

  private final List<Column> columns;
  private final List<Row> rows = new ArrayList<>();

  /// @param title empty in all columns for a table without a head
  private record Column(String title, boolean right) {}

  /// @param notes whole lines below it
  private record Row(List<String> cells, List<String> notes) {}

  private Table(List<Column> columns) {
    this.columns = columns;
  }

  /// A title that starts with `>` is of a column of numbers.
  public static Table of(String... titles) {
    List<Column> columns = new ArrayList<>();
    for (String title : titles) {
      boolean right = title.startsWith(">");
      columns.add(new Column(right ? title.substring(1) : title, right));
    }
    return new Table(columns);
  }

  /// Names at the left, what they are at the right.
  public static Table ofFields() {
    return of("", "");
  }

  public Table row(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + columns.size());
    }
    rows.add(new Row(List.of(cells), new ArrayList<>()));
    return this;
  }

  /// Adds a line below the last row, across all columns.
  public Table note(String text) {
    rows.getLast().notes.add(text);
    return this;
  }

  public void print(PrintStream out) {
    if (columns.stream().anyMatch(column -> !column.title.isEmpty())) {
      out.println(line(columns.stream().map(Column::title).toList()));
    }
    for (Row row : rows) {
      out.println(line(row.cells));
      row.notes.forEach(note -> out.println(NOTE_INDENT + note));
    }
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String blanks = " ".repeat(width(i) - cells.get(i).length());
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).right ? blanks + cells.get(i) : cells.get(i) + blanks);
    }
    return line.toString().stripTrailing();
  }

  private int width(int column) {
    int width = columns.get(column).title.length();
    for (Row row : rows) {
      width = Math.max(width, row.cells.get(column).length());
    }
    return width;
  }
}
