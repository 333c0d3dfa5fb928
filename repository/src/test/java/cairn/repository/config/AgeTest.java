package cairn.repository.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgeTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void whatIsReadIsWrittenTheSameWay() {
    for (String text : List.of("12h", "30d", "4w", "6m", "2y", "1y6m", "1y2m3w4d5h", "99999h")) {
      assertThat(Age.parse(text)).hasToString(text);
    }
    assertThat(Age.parse("1y6m")).isEqualTo(new Age(1, 6, 0, 0, 0));
    assertThat(Age.parse("2w3d4h")).isEqualTo(new Age(0, 0, 2, 3, 4));
  }

  @Test
  void whatIsNoDurationIsSaidToBeNone() {
    for (String text :
        List.of(
            "", "d", "0d", "07d", "-1d", "1.5d", "7", "6m1y", "1d1d", "1D", "1 d", "5min",
            "100000h", "1y\n", "\u0661d")) {
      assertThatThrownBy(() -> Age.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("'%s' is no duration such as 12h, 30d, 4w, 6m (months), 2y or 1y6m", text);
    }
  }

  @Test
  void timeIsCountedBackOnTheCalendar() {
    assertBefore("2026-05-20T12:00+02:00", "1y6m", "2024-11-20T12:00+01:00");
    assertBefore("2026-03-31T12:00+02:00", "1m", "2026-02-28T12:00+01:00");
    assertBefore("2024-02-29T12:00+01:00", "1y", "2023-02-28T12:00+01:00");
    assertBefore("2026-05-20T12:00+02:00", "2w1d", "2026-05-05T12:00+02:00");
    assertBefore("2026-05-20T12:00+02:00", "36h", "2026-05-19T00:00+02:00");
  }

  /// On 2026-10-25 the clocks went back: that day had 25 hours.
  @Test
  void aDayIsNot24HoursWhenTheClocksChange() {
    assertBefore("2026-10-25T12:00+01:00", "1d", "2026-10-24T12:00+02:00");
    assertBefore("2026-10-25T12:00+01:00", "24h", "2026-10-24T13:00+02:00");
  }

  private static void assertBefore(String moment, String age, String expect) {
    Instant before = Age.parse(age).before(OffsetDateTime.parse(moment).toInstant(), BERLIN);
    assertThat(before).isEqualTo(OffsetDateTime.parse(expect).toInstant());
  }
}
