/// Tests of what decides how a volume in use is captured.
@NullMarked
package cairn.engine.capture;

import org.jspecify.annotations.NullMarked;
