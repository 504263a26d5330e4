// Signals as a request: what is under way is to come to its end, and what is half done is to be undone. Process-wide,
// as signals are.
//
//   base::listen_for_interruption();               // SIGINT, SIGTERM, SIGHUP and SIGQUIT are requests from here on
//   TRY(base::check_interruption());               // at the boundary of two steps
//   poll({…, {base::interruption_fd(), POLLIN}})   // in every wait that may be long
//
// The first signal makes the request and interrupts nothing by itself: who undoes what there is just does not ask. The
// second does what it does to any program. Programs that are executed meanwhile inherit neither a blocked nor an
// ignored signal from this. It lasts as long as the process: a signal that comes when all is done must not make the
// process look as if it had failed.
#pragma once

#include "cni/base/try.h"

namespace cni::base {

void listen_for_interruption();  // again does nothing
int interruption_signal();       // the first that came; 0: none has
int interruption_fd();           // readable once one has come; -1 where nobody has ever listened
// An error once one has come. By its EINTR it is known: every other system call that a signal ends is made again.
Result<void> check_interruption();
inline bool is_interruption(const Error& error) { return error.error_number == EINTR; }
// As nanosleep(2), of less than a second; a request ends it.
void sleep_unless_interrupted(long milliseconds);

}  // namespace cni::base
