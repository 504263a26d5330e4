// From one build of the shim to the next: a table of all it knows, and an exec. Children stay its children, and every
// descriptor is kept.
#include <fcntl.h>
#include <unistd.h>

#include "runtime/init/handshake.h"
#include "runtime/kernel/wire.h"
#include "runtime/shim/build.h"
#include "runtime/shim/server.h"
#include "runtime/shim/table.h"

namespace podrun::shim {

void Server::write(TableWriter& table, const Client& greeted) {
  table.line("server");
  table(socket_, box_, signals_, next_number_, greeted.number);
  for (const Client& client : clients_) {
    table.line("client");
    table(client.number, client.channel.socket(), client.key, client.waits, client.wants_input, client.out, client.err,
          client.writes_no_more);
  }
  for (Child& child : children_) {
    table.line("child");
    child.visit(table);
    if (child.output) child.output->write(table);
  }
  for (Rest& rest : rests_) {
    table.line("rest");
    table(rest.key);
    rest.output.write(table);
  }
  for (const std::string& cgroup : ending_) {
    table.line("ending");
    table(cgroup);
  }
  for (const ExitNote& note : untold_) {
    table.line("untold");
    table(note.key, note.line, note.message);
  }
  alarm_.write(table);
}

// Returns only to say why it did not become the other one.
Result<void> Server::renew(const Client& client, Message request) {
  if (request.fds.size() != 2) return Error{Kind::internal, 0, "renew the shim: the programs are missing"};
  TableWriter table;
  write(table, client);
  table.line("podrun");
  table(client.build, request.fds[1]);
  const auto file = table.finish();
  if (!file) {
    table.release();
    return file.error();
  }
  std::string name = "podrun-shim", option = "--resume", number = std::to_string(file->get());
  char* const args[] = {name.data(), option.data(), number.data(), nullptr};
  char* const environment[] = {nullptr};
  ::execveat(request.fds.front().get(), "", args, environment, AT_EMPTY_PATH);
  const int reason = errno;
  table.release();
  return Error::system(reason, "renew the shim");
}

Result<Server> Server::resume(Fd file) {
  TableReader table = TRY(TableReader::open(std::move(file)));
  Server server;
  int greeted = 0;
  Output* output = nullptr;  // of the child or the rest before
  for (std::string_view kind; !(kind = table.next_line()).empty();) {
    if (kind == "server") {
      table(server.socket_, server.box_, server.signals_, server.next_number_, greeted);
    } else if (kind == "client") {
      Client& client = server.clients_.emplace_back();
      Fd socket;
      table(client.number, socket, client.key, client.waits, client.wants_input, client.out, client.err,
            client.writes_no_more);
      client.channel = Channel(std::move(socket));
    } else if (kind == "child") {
      Child& child = server.children_.emplace_back();
      child.visit(table);
      output = child.key.empty() ? nullptr : &child.output.emplace();
      if (child.key.empty()) server.pause_ = child.pidfd.get();
    } else if (kind == "rest") {
      Rest& rest = server.rests_.emplace_back();
      table(rest.key);
      output = &rest.output;
    } else if (kind == "podrun") {
      // An old podrun that is still at work finds the new shim where it was: then it is none of ours.
      std::string its_build;
      Fd podrun;
      table(its_build, podrun);
      for (Client& client : server.clients_)
        if (client.number == greeted) client.build = its_build;
      if (its_build == build()) server.alarm_.set_program(std::move(podrun));
    } else if (kind == "untold") {
      ExitNote& note = server.untold_.emplace_back();
      table(note.key, note.line, note.message);
    } else if (kind == "ending") {
      table(server.ending_.emplace_back());
    } else if (output == nullptr || !output->read(table, kind)) {
      (void)server.alarm_.read(table, kind);
    }
  }
  if (!server.socket_ || !server.box_ || !server.signals_)
    return Error{Kind::corrupt, 0, "resume: the table is not whole"};
  for (Client& client : server.clients_)
    if (client.number == greeted)
      (void)client.channel.send(static_cast<std::uint32_t>(MessageType::hello), wire::write(Hello{build()}));
  return server;
}

}  // namespace podrun::shim
