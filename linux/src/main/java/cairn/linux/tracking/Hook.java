package cairn.linux.tracking;

/// A tracepoint of the block layer (`trace/events/block.h`) that something is marked at.
///
/// Two moments count. What is marked when a write is queued covers what is under way while the
/// generation advances, and what the events of requests hide. What is marked when it has ended
/// makes it right to read the device meanwhile: a reader that saw the old data will find the mark.
enum Hook {
  /// A bio enters the block layer: all writes of all devices, once each.
  BIO_QUEUE("block_bio_queue", "cairn_queue", Subject.BIO),
  /// A bio goes on under the name of another device. Drivers that pass it on as it is, such as md's
  /// RAID 0, do not queue it again.
  BIO_REMAP("block_bio_remap", "cairn_remap", Subject.BIO),
  RQ_ISSUE("block_rq_issue", "cairn_issue", Subject.REQUEST),
  RQ_COMPLETE("block_rq_complete", "cairn_complete", Subject.REQUEST),
  /// Not told of bios that ended as part of a request.
  BIO_COMPLETE("block_bio_complete", "cairn_end", Subject.BIO);

  /// What the event is about.
  enum Subject {
    BIO,
    REQUEST
  }

  private final String tracepoint;
  private final String program;
  private final Subject subject;

  Hook(String tracepoint, String program, Subject subject) {
    this.tracepoint = tracepoint;
    this.program = program;
    this.subject = subject;
  }

  String tracepoint() {
    return tracepoint;
  }

  /// Name of the program for those who list programs.
  String program() {
    return program;
  }

  Subject subject() {
    return subject;
  }
}
