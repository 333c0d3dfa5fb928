/// The manual, made at build time from what the commands say of themselves.
@NullMarked
package cairn.cli.manual;

import org.jspecify.annotations.NullMarked;
