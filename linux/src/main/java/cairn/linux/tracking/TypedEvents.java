package cairn.linux.tracking;

import static cairn.linux.bpf.Register.R1;
import static cairn.linux.bpf.Register.R2;
import static cairn.linux.bpf.Register.R3;
import static cairn.linux.bpf.Register.R6;
import static cairn.linux.bpf.Register.R7;
import static cairn.linux.bpf.Register.R8;
import static cairn.linux.bpf.Register.R9;

import cairn.linux.DeviceNumber;
import cairn.linux.bpf.Assembler;
import cairn.linux.bpf.Bpf;
import cairn.linux.bpf.Condition;
import cairn.linux.bpf.Descriptor;
import cairn.linux.bpf.Label;
import cairn.linux.bpf.Operation;
import cairn.linux.bpf.TypeInformation;
import cairn.linux.bpf.Width;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Tracepoints with typed arguments: programs read `struct bio` and `struct request` themselves, at
/// places that the kernel's type information names. The way to prefer: its attachments can be
/// pinned since Linux 5.7, those of perf events only since 5.15; it is allowed under
/// lockdown=confidentiality; it costs less, because no record of the event is put together; and it
/// alone sees which disk a partition is on, the ranges of a merged discard, and the address of a
/// bio, by which the end of a write is found.
final class TypedEvents implements Events {
  // linux/blk_types.h. Operations that change data are odd, those that come from outside of the
  // block
  // layer, uninterpreted, start at 32 (until 5.14; then at 34).
  private static final int OPERATION_MASK = 0xff;
  private static final int OPERATION_WRITE = 1;
  private static final int OPERATION_DISCARD = 3;
  private static final int PASS_THROUGH_MIN = 32;
  private static final int MERGED_STEPS_MAX = 320;

  private final TypeInformation types;
  private final DeviceNumber disk;
  private final boolean requests;
  private final int neighbourlySegmentsMax;
  private final Optional<ScsiCommand> commands;

  /// @param disk that is tracked
  /// @param requests whether its driver takes requests, not bios
  /// @param commands of a SCSI disk; empty of others
  TypedEvents(
      TypeInformation types, DeviceNumber disk, boolean requests, Optional<ScsiCommand> commands) {
    this(types, disk, requests, commands, 1);
  }

  /// @param neighbourlySegmentsMax how many segments a discard of a driver may have at most for its
  ///   requests to be taken for one range
  TypedEvents(
      TypeInformation types,
      DeviceNumber disk,
      boolean requests,
      Optional<ScsiCommand> commands,
      int neighbourlySegmentsMax) {
    this.commands = commands;
    this.types = types;
    this.disk = disk;
    this.requests = requests;
    this.neighbourlySegmentsMax = neighbourlySegmentsMax;
  }

  // Ends first: what is remembered by one program is forgotten by another.
  @Override
  public List<Hook> hooks() {
    return requests
        ? List.of(Hook.RQ_COMPLETE, Hook.RQ_ISSUE, Hook.BIO_REMAP, Hook.BIO_QUEUE)
        : List.of(Hook.BIO_COMPLETE, Hook.BIO_REMAP, Hook.BIO_QUEUE);
  }

  @Override
  public boolean remembers() {
    return !requests;
  }

  @Override
  public Bpf.Kind kind(Hook hook) throws IOException {
    return Bpf.Kind.typedTracepoint(definition(hook));
  }

  @Override
  public Attachment attach(Hook hook, Descriptor program) throws IOException {
    return new Attachment(hook, Bpf.attachTyped(program), true);
  }

  @Override
  public void write(Hook hook, MarkingCode code) throws IOException {
    String structure = hook.subject() == Hook.Subject.BIO ? "bio" : "request";
    OptionalInt argument = types.argument(definition(hook), structure);
    if (argument.isEmpty()) {
      throw new TrackerUnavailable(
          "the tracepoint " + hook.tracepoint() + " of this kernel has no " + structure);
    }
    // The first parameter of the function is not among the arguments that a program sees.
    int offset = (argument.getAsInt() - 1) * Long.BYTES;
    code.assembler().load(Width.LONG, R9, R1, offset);
    switch (hook) {
      case BIO_QUEUE, BIO_REMAP -> writeBio(code);
      case RQ_ISSUE -> writeCommand(code);
      case RQ_COMPLETE -> writeRequest(code);
      case BIO_COMPLETE -> code.underWay().recall(code);
    }
    if (hook != Hook.RQ_ISSUE) {
      code.mark();
    }
  }

  private void writeBio(MarkingCode code) throws IOException {
    Assembler assembler = code.assembler();
    loadDiskOfBio(assembler);
    assembler
        .load(Width.INT, R3, R2, member("gendisk", "major"))
        .jumpIf(R3, Condition.NOT_EQUAL, disk.major(), code.exit())
        .load(Width.INT, R3, R2, member("gendisk", "first_minor"))
        .jumpIf(R3, Condition.NOT_EQUAL, disk.minor(), code.exit())
        .load(Width.INT, R8, R9, member("bio", "bi_opf"))
        .apply(Operation.AND, R8, OPERATION_MASK);
    loadBio(assembler);
    filter(code);
    code.bytesToSectors();
    code.clip(code.exit());
    if (remembers()) {
      code.underWay().remember(code);
    }
  }

  private void writeRequest(MarkingCode code) throws IOException {
    loadOperation(code.assembler());
    writeOnlyOurs(code);
    filter(code);
    writeMergedDiscard(code);
    code.bytesToSectors();
    code.clip(code.exit());
  }

  /// Nothing but commands that are passed through: a write was marked when it was queued, and will
  /// be when it ends.
  private void writeCommand(MarkingCode code) throws IOException {
    loadOperation(code.assembler());
    code.assembler().jumpIf(R8, Condition.BELOW, PASS_THROUGH_MIN, code.exit());
    writeOnlyOurs(code);
    judgeCommand(code);
  }

  private void loadOperation(Assembler assembler) throws IOException {
    assembler
        .load(Width.INT, R8, R9, member("request", "cmd_flags"))
        .apply(Operation.AND, R8, OPERATION_MASK);
  }

  /// Leaves when the request is another disk's; nobody knows whose a command without a disk is.
  private void writeOnlyOurs(MarkingCode code) throws IOException {
    Assembler assembler = code.assembler();
    Label noDisk = new Label("no disk");
    Label ours = new Label("our disk");
    loadDiskOfRequest(assembler);
    assembler
        .load(Width.INT, R3, R2, member("gendisk", "major"))
        .jumpIf(R3, Condition.EQUAL, 0, noDisk)
        .jumpIf(R3, Condition.NOT_EQUAL, disk.major(), code.exit())
        .load(Width.INT, R3, R2, member("gendisk", "first_minor"))
        .jumpIf(R3, Condition.EQUAL, disk.minor(), ours)
        .jump(code.exit())
        .place(noDisk)
        .jumpIf(R8, Condition.BELOW, PASS_THROUGH_MIN, code.exit())
        .jumpIf(R8, Condition.ANY_BIT, 1, code.lost(Loss.PASS_THROUGH))
        .jump(code.exit())
        .place(ours)
        .load(Width.LONG, R6, R9, member("request", "__sector"))
        .load(Width.INT, R7, R9, member("request", "__data_len"));
  }

  /// Leaves when nothing is changed.
  private void filter(MarkingCode code) {
    Label interpreted = new Label("not passed through");
    Label changes = new Label("changes data");
    Label hasLength = new Label("has a length");
    Assembler assembler = code.assembler();
    assembler.jumpIf(R8, Condition.BELOW, PASS_THROUGH_MIN, interpreted);
    judgeCommand(code);
    assembler
        .place(interpreted)
        .jumpIf(R8, Condition.ANY_BIT, 1, changes)
        .jump(code.exit())
        .place(changes)
        .jumpIf(R7, Condition.NOT_EQUAL, 0, hasLength)
        // A flush, which is a write of nothing.
        .jumpIf(R8, Condition.EQUAL, OPERATION_WRITE, code.exit())
        .jump(code.lost(Loss.NO_LENGTH))
        .place(hasLength);
  }

  /// Of one that is passed through: leaves, or it is not known what it changes.
  private void judgeCommand(MarkingCode code) {
    Assembler assembler =
        code.assembler()
            .jumpIf(R8, Condition.ANY_BIT, 1, code.lost(Loss.PASS_THROUGH))
            // A command that brings data in changes none; one without data could be an erasure.
            .jumpIf(R7, Condition.NOT_EQUAL, 0, code.exit());
    commands.ifPresent(each -> each.judge(assembler, code.exit()));
    assembler.jump(code.lost(Loss.PASS_THROUGH));
  }

  /// Where the driver takes several ranges at once, discards are merged although they are not
  /// neighbours; then each bio has to be looked at. Steps through bios and, within one, through
  /// granules are counted together. The limit is what the verifier walks through in a moment;
  /// beyond it, and that is 640 MiB, all counts as changed.
  private void writeMergedDiscard(MarkingCode code) throws IOException {
    Assembler assembler = code.assembler();
    Label single = new Label("one range");
    Label bio = new Label("this bio");
    Label granule = new Label("this granule");
    Label next = new Label("next bio");
    assembler
        .jumpIf(R8, Condition.NOT_EQUAL, OPERATION_DISCARD, single)
        .load(Width.LONG, R1, R9, member("request", "q"))
        .load(Width.SHORT, R1, R1, member("request_queue", "limits.max_discard_segments"))
        .jumpIf(R1, Condition.AT_MOST, neighbourlySegmentsMax, single)
        .load(Width.LONG, R1, R9, member("request", "bio"))
        .load(Width.LONG, R2, R9, member("request", "biotail"))
        .jumpIf(R1, Condition.EQUAL, R2, single)
        .move(R9, R1)
        .move(R8, 0)
        .place(bio);
    loadBio(assembler);
    assembler.jumpIf(R7, Condition.EQUAL, 0, next);
    code.bytesToSectors();
    code.clip(next);
    assembler.place(granule);
    code.forgetBounds();
    code.markGranule();
    assembler
        .apply(Operation.ADD, R6, MarkingCode.GRANULE_BLOCKS)
        .jumpIf(R6, Condition.ABOVE, R7, next)
        .apply(Operation.ADD, R8, 1)
        .jumpIf(R8, Condition.BELOW, MERGED_STEPS_MAX, granule)
        .jump(code.lost(Loss.SEVERAL_RANGES))
        .place(next)
        .load(Width.LONG, R9, R9, member("bio", "bi_next"))
        .jumpIf(R9, Condition.EQUAL, 0, code.exit())
        .apply(Operation.ADD, R8, 1)
        .jumpIf(R8, Condition.BELOW, MERGED_STEPS_MAX, bio)
        .jump(code.lost(Loss.SEVERAL_RANGES))
        .place(single);
  }

  private void loadBio(Assembler assembler) throws IOException {
    assembler
        .load(Width.LONG, R6, R9, member("bio", "bi_iter.bi_sector"))
        .load(Width.INT, R7, R9, member("bio", "bi_iter.bi_size"));
  }

  // A bio names a disk until 5.11, then a disk or a partition of it.
  private void loadDiskOfBio(Assembler assembler) throws IOException {
    OptionalInt direct = types.member("bio", "bi_disk");
    if (direct.isPresent()) {
      assembler.load(Width.LONG, R2, R9, direct.getAsInt());
    } else {
      assembler
          .load(Width.LONG, R2, R9, member("bio", "bi_bdev"))
          .load(Width.LONG, R2, R2, member("block_device", "bd_disk"));
    }
  }

  private void loadDiskOfRequest(Assembler assembler) throws IOException {
    OptionalInt direct = types.member("request", "rq_disk");
    if (direct.isPresent()) {
      assembler.load(Width.LONG, R2, R9, direct.getAsInt());
    } else {
      assembler
          .load(Width.LONG, R2, R9, member("request", "q"))
          .load(Width.LONG, R2, R2, member("request_queue", "disk"));
    }
  }

  private int definition(Hook hook) throws IOException {
    return types
        .typeDefinition("btf_trace_" + hook.tracepoint())
        .orElseThrow(() ->
            new TrackerUnavailable(
                "the type information of this kernel has no tracepoint " + hook.tracepoint()));
  }

  private int member(String structure, String path) throws IOException {
    return types
        .member(structure, path)
        .orElseThrow(() ->
            new TrackerUnavailable(
                "struct " + structure + " of this kernel has no member " + path));
  }
}
