// Times of packets, which the kernel takes only while somebody wants them (SO_TIMESTAMPNS).
#pragma once

namespace podrun::packet {

// With such a socket open: waits until the kernel takes them. It begins a moment later, by a worker; a packet that
// comes before would have the time at which it is read. Half a second at most; without a loopback link that is up, a
// few milliseconds.
void wait_for_timestamps();

}  // namespace podrun::packet
