package cairn.linux.tracking;

/// A tracepoint of the block layer (`trace/events/block.h`) that something is marked at.
///
/// Two moments count. What is marked when a write is queued covers what is under way while the
/// generation advances, and what the events of requests hide. What is marked when it has ended
/// makes it right to read the device meanwhile: a reader that saw the old data will find the mark.
enum Hook {
  /// A bio enters the block layer: all writes of all devices, once each.
  BIO_QUEUE(0, "block_bio_queue", "cairn_queue", Subject.BIO),
  /// A bio goes on under the name of another device. Drivers that pass it on as it is, such as md's
  /// RAID 0, do not queue it again.
  BIO_REMAP(1, "block_bio_remap", "cairn_remap", Subject.BIO),
  RQ_ISSUE(2, "block_rq_issue", "cairn_issue", Subject.REQUEST),
  RQ_COMPLETE(3, "block_rq_complete", "cairn_complete", Subject.REQUEST),
  /// Not told of bios that ended as part of a request.
  BIO_COMPLETE(4, "block_bio_complete", "cairn_end", Subject.BIO);

  /// What the event is about.
  enum Subject {
    BIO,
    REQUEST
  }

  private final int number;
  private final String tracepoint;
  private final String program;
  private final Subject subject;

  Hook(int number, String tracepoint, String program, Subject subject) {
    this.number = number;
    this.tracepoint = tracepoint;
    this.program = program;
    this.subject = subject;
  }

  int number() {
    return number;
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
