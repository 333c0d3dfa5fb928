package cairn.base.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeedTest {
  @Test
  void theSameSeedGivesTheSameBytes(Seed seed) {
    assertThat(new Seed(seed.value()).bytes(64)).isEqualTo(seed.bytes(64));
    assertThat(seed.split(1).bytes(64)).isNotEqualTo(seed.split(2).bytes(64));
  }

  @Test
  void aFailureCanBeReplayed(Seed seed) {
    String line = seed.replay();
    String property = line.substring(line.indexOf("-Dseed=") + "-Dseed=".length());
    assertThat(SeedExtension.choose(property)).isEqualTo(seed);
  }

  @Test
  void chanceIsForThoseWhoAskForIt() {
    assertThat(SeedExtension.choose(null)).isEqualTo(SeedExtension.choose(""));
    assertThat(SeedExtension.choose("any")).isNotEqualTo(SeedExtension.choose("any"));
  }
}
