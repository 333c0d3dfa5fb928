/// How results look: to a person as aligned text, to a program as one JSON object.
@NullMarked
package cairn.cli.report;

import org.jspecify.annotations.NullMarked;
