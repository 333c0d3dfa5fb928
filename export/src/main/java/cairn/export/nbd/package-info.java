/// The NBD server. A [Server][cairn.export.nbd.Server] listens at an
/// [Address][cairn.export.nbd.Address] and gives each connection an
/// [Export][cairn.export.nbd.Export] to read and, if it can be, to write.
///
/// A client is not trusted: what it sends is bounded before room is made for it, and whatever it
/// does costs nobody else a connection. A byte that could not be read is answered with an error,
/// never with a zero, and is [told][cairn.export.nbd.Tally] at the end.
@NullMarked
package cairn.export.nbd;

import org.jspecify.annotations.NullMarked;
