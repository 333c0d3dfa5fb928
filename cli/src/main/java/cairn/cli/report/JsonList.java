package cairn.cli.report;

import java.io.PrintStream;

/// A JSON object whose first field is a list that may be too long to be kept: its objects are
/// printed as they come, all in one line.
public final class JsonList {
  private final PrintStream out;
  private boolean isFirst = true;

  public JsonList(PrintStream out, String field) {
    this.out = out;
    out.print("{\"" + field + "\":[");
  }

  public void add(Json object) {
    out.print(isFirst ? object.toString() : "," + object);
    isFirst = false;
  }

  /// What ends the line.
  ///
  /// @param others the fields after the list
  public static String end(Json others) {
    String fields = others.toString();
    return fields.length() == 2 ? "]}" : "]," + fields.substring(1);
  }
}
