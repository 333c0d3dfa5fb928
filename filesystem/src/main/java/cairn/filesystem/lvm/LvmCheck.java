package cairn.filesystem.lvm;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import cairn.filesystem.lvm.LvmGroup.Physical;
import cairn.filesystem.lvm.LvmLabel.Range;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Checks a physical volume: its header, all its metadata areas, their texts against each other,
/// and the group that they describe.
final class LvmCheck {
  private final BlockReader volume;
  private final LvmLabel label;
  private final Findings findings;

  @FunctionalInterface
  private interface Check {
    void run() throws IOException, CorruptData;
  }

  LvmCheck(BlockReader volume, LvmLabel label, Findings findings) {
    this.volume = volume;
    this.label = label;
    this.findings = findings;
  }

  /// @param newer the group, when another physical volume knows later metadata of it
  void run(Optional<LvmGroup> newer) throws IOException {
    attempt(this::checkHeader);
    List<String> texts = new ArrayList<>();
    for (Range area : label.metadata()) {
      attempt(() -> checkArea(area, texts));
    }
    Subject subject = LvmGroup.subject();
    for (String text : texts) {
      attempt(
          () -> subject.check(text.equals(texts.getFirst()), "copies", "different", "the same"));
    }
    for (String text : texts.stream().distinct().toList()) {
      attempt(() -> checkGroup(LvmGroup.parse(text), newer));
    }
  }

  private void checkHeader() throws CorruptData {
    Subject subject = Subject.of("label", "lvm2");
    subject.check(
        label.deviceBytes() <= volume.size(), "device size", label.deviceBytes(), volume.size());
    long end = LvmLabel.END;
    for (Range area : label.metadata()) {
      boolean behind = area.offset() >= end && area.size() > 0;
      subject.check(behind, "metadata area", area.offset(), "at " + end + " or behind");
      boolean within = area.size() <= volume.size() && area.offset() <= volume.size() - area.size();
      subject.check(within, "end of metadata area", area.offset() + area.size(), volume.size());
      end = area.offset() + area.size();
    }
  }

  private void checkArea(Range area, List<String> texts) throws IOException, CorruptData {
    LvmMetadata metadata = LvmMetadata.read(volume, area);
    findings.progress(metadata.text().map(String::length).orElse(0));
    metadata.text().ifPresent(texts::add);
    if (metadata.changing()) {
      findings.unknown("the metadata area at " + area.offset() + " is being changed");
    }
  }

  private void checkGroup(LvmGroup group, Optional<LvmGroup> newer) throws IOException {
    if (newer.isPresent()) {
      long have = group.seqno();
      attempt(() -> LvmGroup.subject().checkEqual(have, newer.get().seqno(), "seqno"));
    }
    attempt(() -> checkPlace(group));
    new LvmGroupCheck(group, findings).run();
  }

  /// What the group says of this physical volume.
  private void checkPlace(LvmGroup group) throws CorruptData {
    for (Map.Entry<String, Physical> each : group.physicals().entrySet()) {
      Physical physical = each.getValue();
      if (physical.id().equals(label.id())) {
        Subject subject = Subject.of("physical volume", each.getKey());
        subject.checkEqual(physical.startBytes(), label.dataOffset(), "first extent");
        long end = physical.endBytes(group.extentBytes());
        subject.check(end <= volume.size(), "end", end, volume.size());
        checkApart(physical.startBytes(), end, subject);
        return;
      }
    }
    throw LvmGroup.subject().corrupt("physical volume", "none", label.id());
  }

  private void checkApart(long start, long end, Subject subject) throws CorruptData {
    for (Range area : label.metadata()) {
      boolean apart = area.offset() >= end || area.offset() + area.size() <= start;
      subject.check(apart, "place", start + ".." + end, "apart from metadata at " + area.offset());
    }
  }

  private void attempt(Check check) throws IOException {
    try {
      check.run();
    } catch (CorruptData e) {
      findings.problem(e);
    }
  }
}
