package cairn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAlignedAndNothingTrails() {
    Table table = Table.of("ID", ">SIZE", "TAGS").row("1", "10 B", "").row("222", "1.0 KiB", "x");
    assertThat(print(table))
        .isEqualToNormalizingNewlines(
            """
            ID      SIZE  TAGS
            1       10 B
            222  1.0 KiB  x
            """);
    assertThat(print(Table.ofFields().row("a", "b"))).isEqualToNormalizingNewlines("a  b\n");
  }

  private static String print(Table table) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    table.print(new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8);
  }
}
