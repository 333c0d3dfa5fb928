/// Tests.
@NullMarked
package cairn.cli.shell;

import org.jspecify.annotations.NullMarked;
