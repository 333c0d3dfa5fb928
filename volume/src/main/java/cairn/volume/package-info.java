/// What is backed up, and where it is given back to: files and devices as volumes to read
/// ([Volumes][cairn.volume.Volumes]) and as targets to write ([Sinks][cairn.volume.Sinks]). Sources
/// are opened read-only; a target is written only after every check that can be made beforehand has
/// passed (truth 9). Knows `base` and `linux`.
@NullMarked
package cairn.volume;

import org.jspecify.annotations.NullMarked;
