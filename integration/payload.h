// Commands of the program that runs inside containers (payload.cc), by the file they are in. Each returns an exit code.
#pragma once

#include <string>
#include <vector>

namespace payload {

using Arguments = std::vector<std::string>;

// payload_report.cc: ids, capabilities, seccomp, namespaces, hostname, environment, mounts, and descriptors it was born
// with.
int report(const Arguments& arguments);

struct Rights {
  unsigned long long capabilities = 0;  // permitted
  int seccomp = 0;                      // the mode
};
Rights rights_of(int pid);
std::string link_text(const std::string& path);  // empty where there is no link

// payload_trace.cc: hunts for what new processes have of the host, until SIGTERM. MARK, a file of the host's root, and
// "trace" to try that too. Prints "hunting", "found …" and at last "seen N".
int hunt(const Arguments& arguments);
// Makes its parent its tracer and stops, then leaves with a code.
int trace_me(const Arguments& arguments);

// payload_caller.cc
int as_odd_caller(const Arguments& arguments);  // PROGRAM ARGS…: becomes it, with everything about the process odd
int as_tracee(const Arguments& arguments);      // PROGRAM ARGS…: becomes it, its parent its tracer
int make_siblings(const Arguments& arguments);  // NUMBER: children of its parent's, that end at once; then stays
int report_start(const Arguments& arguments);   // what a process has from whoever started it

// payload_forbidden.cc: tries what a container must not be able to do. Prints "NAME ok" or "NAME EPERM" for each.
int try_forbidden(const Arguments& arguments);

// payload_sockets.cc: asks for a socket of every family. Prints "socket 38 EAFNOSUPPORT" or "socketcall 2 ok" for each.
int try_sockets(const Arguments& arguments);

// payload_network.cc
// Over IPv4 and IPv6. A server greets with its host name whoever asks, and prints "asked by ADDRESS".
int serve(const Arguments& arguments);      // PORT, TCP
int serve_udp(const Arguments& arguments);  // PORT
int give_back(const Arguments& arguments);  // ADDRESS PORT, TCP: says what it was told, once it was told the end
// ADDRESS PORT [SECONDS]: prints what a server there says; asks until one answers, for ten seconds if not told
// otherwise.
int ask(const Arguments& arguments);
int ask_udp(const Arguments& arguments);
int ping(const Arguments& arguments);  // ADDRESS: by a socket that needs no right of root's; "pong" or why not
int listen_abstract(const Arguments& arguments);  // NAME: a socket without a file, unix(7)
int ask_abstract(const Arguments& arguments);     // NAME: "reached" or why not

// payload_forge.cc: a UDP datagram as no socket would send it, out of eth0. MAC FROM TO PORT; "sent" or why not.
int forge(const Arguments& arguments);

// payload_probe.cc
int exists(const Arguments& arguments);            // PATH: exits with 0 where it is there, else with 1
int note(const Arguments& arguments);              // PATH WORD [CODE]: adds a line to the file, and exits with that
int note_term(const Arguments& arguments);         // PATH: until SIGTERM, and notes it
int sleep_with_child(const Arguments& arguments);  // both do, and neither ends
int serve_http(const Arguments& arguments);        // PORT PATH: answers 200 as long as the file is there, else 503

// payload_files.cc
int swap(const Arguments& arguments);        // ONE OTHER: exchanges the two paths, without end
int make_file(const Arguments& arguments);   // PATH MIB
int make_hole(const Arguments& arguments);   // PATH GIB: a file that is one
int make_tree(const Arguments& arguments);   // PATH NUMBER: of directories, with a file "inside" in each
int make_fifos(const Arguments& arguments);  // PATH...: with the directories above them

}  // namespace payload
