/// A volume that is written to while what it stands on stays as it is: what is written goes into an
/// [Overlay][cairn.volume.overlay.Overlay], a file. Knows `base` and `linux`.
///
/// True at every instant, whatever is killed or loses power:
///
/// 1. Whatever was flushed is there.
/// 2. Anything else is, sector by sector, as it was before or as it was written.
/// 3. A page of the file that is not whole is told from one that is, and its predecessor is beside
///    it.
/// 4. Data is durable before the page that says where to look for it is written.
@NullMarked
package cairn.volume.overlay;

import org.jspecify.annotations.NullMarked;
