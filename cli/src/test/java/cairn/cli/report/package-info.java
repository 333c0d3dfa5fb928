/// Tests.
@NullMarked
package cairn.cli.report;

import org.jspecify.annotations.NullMarked;
