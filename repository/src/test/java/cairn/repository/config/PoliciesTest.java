package cairn.repository.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.repository.crypto.KeySlots;
import cairn.repository.crypto.MasterKey;
import cairn.repository.crypto.Protection;
import cairn.repository.crypto.Secret;
import cairn.repository.crypto.SlotOwner;
import cairn.repository.test.Samples;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The policies in the config.
class PoliciesTest {
  private static final Optional<String> DEFAULT = Optional.empty();
  private static final Policy DAILY = new Policy(0, Optional.empty(), Map.of(Period.DAILY, 7));
  private static final Policy MUCH =
      new Policy(
          3,
          Optional.of(Age.parse("1y6m")),
          Map.of(
              Period.HOURLY, 1,
              Period.DAILY, 2,
              Period.WEEKLY, 3,
              Period.MONTHLY, 4,
              Period.YEARLY, 999_999));
  private static final Policies SOME =
      Policies.NONE
          .with(DEFAULT, Optional.of(DAILY))
          .with(Optional.of("db1/{root}"), Optional.of(MUCH))
          .with(Optional.of("Gr\u00fc\u00dfe\u2028"), Optional.of(DAILY));
  private static final RepositoryConfig CLEAR =
      RepositoryConfig.clear(Samples.REPOSITORY, Samples.TIME, Layout.DEFAULT, List.of());

  @Test
  void aGroupGoesByItsOwnPolicyElseByTheDefault() {
    assertThat(SOME.holdingFor("db1/{root}")).contains(MUCH);
    assertThat(SOME.holdingFor("other")).contains(DAILY);
    Policies rest = SOME.with(DEFAULT, Optional.empty());
    assertThat(rest.holdingFor("db1/{root}")).contains(MUCH);
    assertThat(rest.holdingFor("other")).isEmpty();
    assertThat(rest.with(Optional.of("db1/{root}"), Optional.empty()).holdingFor("db1/{root}"))
        .isEmpty();
    assertThat(Policies.NONE.holdingFor("other")).isEmpty();
  }

  @Test
  void aPolicyThatKeepsNothingCannotBe() {
    assertThatThrownBy(() -> new Policy(0, Optional.empty(), Map.of(Period.DAILY, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("would forget every snapshot");
    assertThatThrownBy(() -> new Policy(-1, Optional.empty(), Map.of(Period.DAILY, 1)))
        .hasMessage("the number of last snapshots to keep is -1, not 0..999999");
    assertThatThrownBy(() -> new Policy(1, Optional.empty(), Map.of(Period.DAILY, 1_000_000)))
        .hasMessage("the number of daily snapshots to keep is 1000000, not 0..999999");
  }

  @Test
  void policiesAreReadAsTheyWereWritten() throws Exception {
    RepositoryConfig config = CLEAR.withPolicies(SOME, Protection.clear());
    RepositoryConfig read = RepositoryConfig.parse(config.toBytes(), "of the test");
    assertThat(read).isEqualTo(config);
    assertThat(read.policies()).isEqualTo(SOME);
    assertThat(text(config))
        .contains("\"group\": \"Gr%C3%BC%C3%9Fe%E2%80%A8\"", "\"group\": \"db1%2F%7Broot%7D\"")
        .contains("      \"last\": 3,\n      \"within\": \"1y6m\",\n      \"hourly\": 1,\n");
    RepositoryConfig without = config.withPolicies(Policies.NONE, Protection.clear());
    assertThat(without.toBytes()).as("as if there never was one").isEqualTo(CLEAR.toBytes());
  }

  @Test
  void asManyAsThereMayBeFitIn() throws Exception {
    Map<String, Policy> groups = new TreeMap<>();
    for (int i = 0; groups.size() < Policies.COUNT_MAX; i++) {
      groups.put("g".repeat(190) + i, MUCH);
    }
    RepositoryConfig config =
        CLEAR.withPolicies(new Policies(Optional.of(MUCH), groups), Protection.clear());
    assertThat(RepositoryConfig.parse(config.toBytes(), "of the test")).isEqualTo(config);
    groups.put("one more", MUCH);
    assertThatThrownBy(() -> new Policies(Optional.empty(), groups))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000 groups");
    assertThatThrownBy(() -> new Policies(Optional.empty(), Map.of("", MUCH)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("group name");
  }

  @Test
  void nobodyWithoutTheKeyShortensWhatIsKept(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    RepositoryConfig read = RepositoryConfig.parse(locked.config.toBytes(), "of the test");
    read.open(locked.key).close();
    String text = text(locked.config);
    for (String forged :
        List.of(
            text.replace("\"daily\": 7", "\"daily\": 1"),
            text.replaceFirst("(?s)  \"policies\": .*?\n  ],\n", ""),
            text.replace("db1%2F%7Broot%7D", "db1%2F%7Broot%7E"))) {
      assertThat(forged).isNotEqualTo(text);
      RepositoryConfig changed = parse(withDigest(forged));
      assertThatThrownBy(() -> changed.open(locked.key))
          .isInstanceOf(CorruptData.class)
          .hasMessageContaining(": seal, have ");
    }
  }

  @Test
  void aDamagedSlotTakesNothingFromThePolicies(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    String damaged = text(locked.config).replaceFirst("\"key-file\"", "\"key*file\"");
    ConfigRescue rescue =
        RepositoryConfig.parseLenient(damaged.getBytes(StandardCharsets.UTF_8), "of the test");
    assertThat(rescue.problems()).as("the digest, and the slot").hasSize(2);
    RepositoryConfig config = rescue.config().orElseThrow();
    assertThat(config.policies()).isEqualTo(SOME);
    config.open(locked.other).close();
  }

  @Test
  void aDamagedPolicyTakesNoSlotWithIt(Seed seed) throws Exception {
    Locked locked = new Locked(seed);
    for (List<String> damage :
        List.of(
            List.of("\"daily\": 7", "\"d*ily\": 7"),
            List.of("\n  ],\n  \"encryption\"", "\n  ),\n  \"encryption\""),
            List.of("\"policies\": [", "\"polic*es\": ["))) {
      String text = text(locked.config);
      assertThat(text).contains(damage.getFirst());
      byte[] damaged = text.replace(damage.get(0), damage.get(1)).getBytes(StandardCharsets.UTF_8);
      RepositoryConfig config =
          RepositoryConfig.parseLenient(damaged, "of the test").config().orElseThrow();
      assertThat(config.slots().slots()).hasSize(2);
    }
  }

  /// Documents whose digest is right, as a mistaken or hostile writer would make them.
  @Test
  void everyFieldIsCheckedThoughTheDigestIsRight() {
    assertRefused("\"daily\": 7", "\"daily\": 0", "slot=0: daily, have 0 expect 1..999999");
    assertRefused("\"daily\": 7", "\"daily\": \"7\"", "slot=0: daily, have \"7\" expect");
    assertRefused("\"daily\": 7", "\"dayly\": 7", "slot=0: dayly, have an unknown field");
    assertRefused(
        "    {\n      \"daily\": 7\n    },", "    {},", "slot=0: policies, have a policy");
    assertRefused("1y6m", "6m1y", "slot=2: policies, have '6m1y' is no duration");
    assertRefused("1y6m", "", "slot=2: policies, have '' is no duration");
    assertRefused("db1%2F%7Broot%7D", "db1/root", "slot=2: policies, have ");
    assertRefused("db1%2F%7Broot%7D", "%", "slot=2: policies, have ");
    assertRefused("db1%2F%7Broot%7D", "A", "text, have another spelling");
    assertRefused("db1%2F%7Broot%7D", "Gr%C3%BC%C3%9Fe%E2%80%A8", "text, have another spelling");
    assertRefused(
        "\"last\": 3,\n      \"within\": \"1y6m\",",
        "\"within\": \"1y6m\",\n      \"last\": 3,",
        "text, have another spelling");
  }

  private static void assertRefused(String from, String to, String message) {
    String text = text(CLEAR.withPolicies(SOME, Protection.clear()));
    assertThat(text).contains(from);
    assertThatThrownBy(() -> parse(withDigest(text.replace(from, to))))
        .isInstanceOf(CorruptData.class)
        .hasMessageContaining(message);
  }

  private static String withDigest(String text) {
    String body = text.substring(0, text.indexOf(",\n  \"digest\"")) + "\n}\n";
    return new String(ConfigText.withDigest(body), StandardCharsets.UTF_8);
  }

  private static RepositoryConfig parse(String text) throws Exception {
    return RepositoryConfig.parse(text.getBytes(StandardCharsets.UTF_8), "of the test");
  }

  private static String text(RepositoryConfig config) {
    return new String(config.toBytes(), StandardCharsets.UTF_8);
  }

  /// An encrypted repository with policies and two slots.
  private static final class Locked {
    final Secret.KeyFile key;
    final Secret.KeyFile other;
    final RepositoryConfig config;

    Locked(Seed seed) {
      MasterKey master = MasterKey.random(seed.random());
      Protection protection = Protection.encrypted(master);
      key = new Secret.KeyFile(seed.bytes(64));
      other = new Secret.KeyFile(seed.split(1).bytes(64));
      SlotOwner owner =
          new SlotOwner(Samples.REPOSITORY, master, seed.split(2).random(), () -> Samples.TIME);
      config =
          CLEAR
              .encrypted(
                  KeySlots.of(owner.keyFile("a", key), owner.keyFile("b", other)), protection)
              .withPolicies(SOME, protection);
    }
  }
}
