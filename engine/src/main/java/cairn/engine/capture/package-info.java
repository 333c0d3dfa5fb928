/// Getting one point in time of a volume into a session: of one that nobody writes to by reading it
/// once ([PlainCapture][cairn.engine.capture.PlainCapture]), of one in use by copying what changes
/// until little is left ([Converge][cairn.engine.capture.Converge]).
@NullMarked
package cairn.engine.capture;

import org.jspecify.annotations.NullMarked;
