/// The wire of NBD, as its protocol document (`doc/proto.md`) lays it down, with the extension of
/// extended headers: each message once, for server and client. All integers are big-endian.
///
/// A connection begins with the [Greeting][cairn.volume.nbd.Greeting], haggles over options
/// ([OptionHeader][cairn.volume.nbd.OptionHeader], [OptionReply][cairn.volume.nbd.OptionReply]),
/// and then carries [requests][cairn.volume.nbd.Request] and their replies, which are
/// [simple][cairn.volume.nbd.SimpleReply] or made of [chunks][cairn.volume.nbd.Chunk]. What a peer
/// sent that cannot be is a [ProtocolError][cairn.volume.nbd.ProtocolError]. Knows `base` only.
@NullMarked
package cairn.volume.nbd;

import org.jspecify.annotations.NullMarked;
