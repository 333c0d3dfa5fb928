package cairn.linux.tracking;

import static cairn.linux.bpf.Register.R0;
import static cairn.linux.bpf.Register.R1;
import static cairn.linux.bpf.Register.R10;
import static cairn.linux.bpf.Register.R2;
import static cairn.linux.bpf.Register.R3;
import static cairn.linux.bpf.Register.R9;

import cairn.linux.bpf.Assembler;
import cairn.linux.bpf.Condition;
import cairn.linux.bpf.Helper;
import cairn.linux.bpf.Label;
import cairn.linux.bpf.Operation;
import cairn.linux.bpf.TypeInformation;
import cairn.linux.bpf.Width;
import java.util.Optional;
import java.util.OptionalInt;

/// Tells commands that are passed through to a SCSI or ATA disk and change no data from others. A
/// disk that is watched for its health (`smartd`) gets some of them every few minutes, and they
/// bring no data in by which they would be known to be reads.
///
/// @param offset of the command, or of its address, from the beginning of the request: what the
///   driver keeps of a request lies behind it (`blk_mq_rq_to_pdu`, `linux/blk-mq.h`)
/// @param isAddress until Linux 5.17
record ScsiCommand(int offset, boolean isAddress) {
  private static final int COMMAND_BYTES = 16;

  // Below what MarkingCode has on the stack.
  private static final int COMMAND = -56;

  // SPC-4, SBC-3 and SAT-3.
  private static final int TEST_UNIT_READY = 0x00;
  private static final int ATA_PASS_THROUGH_12 = 0xa1;
  private static final int ATA_PASS_THROUGH_16 = 0x85;
  private static final int ATA_COMMAND_OF_12 = 9;
  private static final int ATA_COMMAND_OF_16 = 14;

  /// ACS-3: SMART (those without data: health, self-tests, on and off), CHECK POWER MODE, IDLE and
  /// STANDBY of both kinds, FLUSH CACHE and FLUSH CACHE EXT.
  private static final int[] HARMLESS_ATA = {0xb0, 0xe5, 0xe0, 0xe1, 0xe2, 0xe3, 0xe7, 0xea};

  /// Empty when the types do not tell.
  static Optional<ScsiCommand> of(TypeInformation types) {
    OptionalInt request = types.size("request");
    OptionalInt command = types.member("scsi_cmnd", "cmnd");
    return request.isPresent() && command.isPresent()
        ? Optional.of(
            new ScsiCommand(
                request.getAsInt() + command.getAsInt(), types.isPointer("scsi_cmnd", "cmnd")))
        : Optional.empty();
  }

  /// Goes to `harmless` when the command of the request in `R9`, which has no data, changes none;
  /// else goes on. Changes `R0` to `R5`.
  void judge(Assembler assembler, Label harmless) {
    Label unknown = new Label("a command that is not known");
    Label ata = new Label("a command of ATA");
    assembler.move(R3, R9).apply(Operation.ADD, R3, offset);
    if (isAddress) {
      read(assembler, Long.BYTES, unknown);
      assembler.load(Width.LONG, R3, R10, COMMAND);
    }
    read(assembler, COMMAND_BYTES, unknown);
    Label of12 = new Label("with 12 bytes");
    assembler
        .load(Width.BYTE, R1, R10, COMMAND)
        .jumpIf(R1, Condition.EQUAL, TEST_UNIT_READY, harmless)
        .jumpIf(R1, Condition.EQUAL, ATA_PASS_THROUGH_12, of12)
        .jumpIf(R1, Condition.NOT_EQUAL, ATA_PASS_THROUGH_16, unknown)
        .load(Width.BYTE, R1, R10, COMMAND + ATA_COMMAND_OF_16)
        .jump(ata)
        .place(of12)
        .load(Width.BYTE, R1, R10, COMMAND + ATA_COMMAND_OF_12)
        .place(ata);
    for (int command : HARMLESS_ATA) {
      assembler.jumpIf(R1, Condition.EQUAL, command, harmless);
    }
    assembler.place(unknown);
  }

  /// From the address in `R3` to the stack.
  private static void read(Assembler assembler, int bytes, Label otherwise) {
    assembler
        .move(R1, R10)
        .apply(Operation.ADD, R1, COMMAND)
        .move(R2, bytes)
        .call(Helper.PROBE_READ_KERNEL)
        .jumpIf(R0, Condition.NOT_EQUAL, 0, otherwise);
  }
}
