package cairn.base.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class NoSkipExtensionTest {
  /// Run by the test below only.
  static class Skipping {
    @Test
    void byAssumption() {
      assumeTrue(false);
    }

    @Test
    @Disabled
    void byAnnotation() {}

    @Test
    void notAtAll() {}
  }

  static class SkippingBeforeEach {
    @BeforeEach
    void prepare() {
      assumeTrue(false);
    }

    @Test
    void never() {}
  }

  static class SkippingAll {
    @BeforeAll
    static void prepare() {
      assumeTrue(false);
    }

    @Test
    void never() {}
  }

  @Disabled
  static class DisabledAsAWhole {
    @Test
    void never() {}
  }

  @Test
  void whatWouldBeSkippedFails() {
    Events tests = run(Skipping.class).testEvents();
    assertThat(tests.failed().count()).isEqualTo(2);
    assertThat(tests.succeeded().count()).isEqualTo(1);
    assertThat(run(SkippingBeforeEach.class).testEvents().failed().count()).isEqualTo(1);
    assertThat(run(SkippingAll.class).containerEvents().failed().count()).isEqualTo(1);
    assertThat(run(DisabledAsAWhole.class).testEvents().failed().count()).isEqualTo(1);
  }

  private static EngineExecutionResults run(Class<?> tests) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
        .configurationParameter("junit.jupiter.conditions.deactivate", "org.junit.*")
        .selectors(selectClass(tests))
        .execute();
  }
}
