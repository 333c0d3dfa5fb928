package cairn.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
  @Test
  void theDefaultRepositoryIsWhereDataBelongs() {
    Map<String, String> home = Map.of("HOME", "/home/ann");
    assertThat(new Environment(home, true).defaultRepository()).hasToString("/var/lib/cairn");
    assertThat(new Environment(home, false).defaultRepository())
        .hasToString("/home/ann/.local/share/cairn");
    Map<String, String> moved = Map.of("HOME", "/home/ann", "XDG_DATA_HOME", "/data/ann");
    assertThat(new Environment(moved, false).defaultRepository()).hasToString("/data/ann/cairn");
    Map<String, String> relative = Map.of("HOME", "/home/ann", "XDG_DATA_HOME", "data");
    assertThat(new Environment(relative, false).defaultRepository())
        .as("the rule says to ignore it")
        .hasToString("/home/ann/.local/share/cairn");
  }

  @Test
  void anEmptyVariableIsNotSet() {
    assertThat(new Environment(Map.of("A", ""), false).get("A")).isEmpty();
    assertThat(new Environment(Map.of("A", "b"), false).get("A")).contains("b");
  }
}
