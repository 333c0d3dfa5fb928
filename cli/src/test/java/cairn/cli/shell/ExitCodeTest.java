package cairn.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Subject;
import cairn.engine.Cancellation;
import cairn.repository.crypto.WrongKeyException;
import cairn.repository.session.SessionFenced;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  private static final Problem CORRUPT = new Problem.Missing("pack", "7f", "index");
  private static final Problem UNKNOWN = new Problem.Unknown("pack", "7f", "I/O error");
  private static final Problem AFFECTED = new Problem.Affected("7f", "disk", 0, 1);

  private final Exception damage = Subject.of("node", "7f").corrupt("level", "3", "1");

  @Test
  void theTableIsTheOneThatScriptsRelyOn() {
    assertThat(ExitCode.table().keySet()).containsExactly("0", "1", "2", "3", "4", "5", "6", "130");
  }

  @Test
  void eachFailureHasItsCode() {
    assertThat(ExitCode.of(damage).number()).isEqualTo(4);
    assertThat(ExitCode.of(new WrongKeyException("")).number()).isEqualTo(6);
    assertThat(ExitCode.of(new SessionFenced("7f")).number()).isEqualTo(5);
    assertThat(ExitCode.of(new RepositoryBusy("")).number()).isEqualTo(5);
    assertThat(ExitCode.of(new Cancellation.Cancelled()).number()).isEqualTo(130);
    assertThat(ExitCode.of(new FormatTooNew("config", 2, 1)).number()).isEqualTo(1);
    assertThat(ExitCode.of(new UsageError("")).number()).isEqualTo(2);
    assertThat(ExitCode.of(new IOException("")).number()).isEqualTo(1);
    assertThat(ExitCode.of(new IllegalStateException("")).number()).isEqualTo(1);
  }

  @Test
  void whatIsAddedToAFailureDoesNotChangeItsCode() {
    assertThat(ExitCode.of(new Explained(damage, "all is well otherwise")).number()).isEqualTo(4);
  }

  @Test
  void whatCouldNotBeReadIsNoDamage() {
    assertThat(ExitCode.of(List.<Problem>of()).number()).isZero();
    assertThat(ExitCode.of(List.of(UNKNOWN, AFFECTED)).number()).isEqualTo(1);
    assertThat(ExitCode.of(List.of(UNKNOWN, CORRUPT)).number()).isEqualTo(4);
    assertThat(ExitCode.ofWarnings(List.of("x")).number()).isEqualTo(3);
  }

  @Test
  void aBugIsOneSentenceToo() {
    String sentence = Failures.sentence(new IllegalStateException("a\n  b"));
    assertThat(sentence).startsWith("internal error, please report it: ").endsWith("a b");
    assertThat(Failures.sentence(new IOException((String) null))).isNotBlank();
  }
}
