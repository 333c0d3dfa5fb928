package cairn.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  void sizesAreShortAndNeverOfAThousandAndMore() {
    assertThat(Units.bytes(0)).isEqualTo("0 B");
    assertThat(Units.bytes(1023)).isEqualTo("1023 B");
    assertThat(Units.bytes(1024)).isEqualTo("1.0 KiB");
    assertThat(Units.bytes((1 << 20) - 1)).isEqualTo("1.0 MiB");
    assertThat(Units.bytes(8L << 30)).isEqualTo("8.0 GiB");
    assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
  }

  @Test
  void timesAreShort() {
    assertThat(Units.duration(0)).isEqualTo("0.0 s");
    assertThat(Units.duration(12_340)).isEqualTo("12.3 s");
    assertThat(Units.duration(200_000)).isEqualTo("3 min 20 s");
    assertThat(Units.duration(7_500_000)).isEqualTo("2 h 05 min");
  }

  @Test
  void sizesAreReadAsPeopleWriteThem() {
    assertThat(Units.parseBytes("65536")).isEqualTo(65_536);
    assertThat(Units.parseBytes("64K")).isEqualTo(65_536);
    assertThat(Units.parseBytes("64 KiB")).isEqualTo(65_536);
    assertThat(Units.parseBytes("1m")).isEqualTo(1 << 20);
    assertThat(Units.parseBytes("0.5M")).isEqualTo(1 << 19);
    for (String wrong : new String[] {"", "K", "lots", "1.3", "99999999E", "1 2"}) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> Units.parseBytes(wrong))
          .withMessageContaining("'" + wrong + "'");
    }
  }
}
