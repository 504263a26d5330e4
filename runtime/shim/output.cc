#include "runtime/shim/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace podrun::shim {
namespace {

constexpr int kMostReads = 16;  // at a time, so that one loud container does not keep the shim from its other work

// One for all: the shim has one thread, and memory held for ever counts.
std::array<char, kLongestRecord> buffer;

bool is_at_end(ssize_t got) { return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR); }

}  // namespace

Output::Output(Log log, Fd out, Fd err)
    : log_(std::move(log)), streams_{{{"stdout", std::move(out), {}, {}}, {"stderr", std::move(err), {}, {}}}} {}

void Output::keep_terminal(Fd master) { streams_[0].from = std::move(master); }

void Output::attach(int reader, Fd out, Fd err) {
  // To a stream that has ended already, too: dropping its descriptor here is the end that the reader sees.
  if (out && streams_[0].from) streams_[0].readers.push_back({reader, std::move(out), false, {}});
  if (err && streams_[1].from) streams_[1].readers.push_back({reader, std::move(err), false, {}});
}

void Output::detach(int reader) {
  for (Stream& stream : streams_) std::erase_if(stream.readers, [&](const Reader& r) { return r.number == reader; });
}

void Output::add_wants(std::vector<pollfd>& polled) const {
  for (const Stream& stream : streams_) {
    bool is_held_up = false;
    for (const Reader& reader : stream.readers) {
      if (!reader.is_full && reader.rest.empty()) continue;
      polled.push_back({reader.to.get(), POLLOUT, 0});
      is_held_up = true;
    }
    if (!is_held_up && stream.from) polled.push_back({stream.from.get(), POLLIN, 0});
  }
}

void Output::pump() {
  for (Stream& stream : streams_) {
    if (stream.from) pump_stream(stream);
    for (Reader& reader : stream.readers) flush(reader);
    std::erase_if(stream.readers, [](const Reader& reader) { return !reader.to; });
  }
}

// poll(2) calls a pipe writable when PIPE_BUF bytes fit, and those go in whole or not at all (pipe(7)).
bool Output::all_take(Stream& stream) {
  bool all = true;
  for (Reader& reader : stream.readers) {
    pollfd writable{reader.to.get(), POLLOUT, 0};
    ::poll(&writable, 1, 0);
    if ((writable.revents & POLLERR) != 0) reader.to.reset();  // it went away
    reader.is_full = reader.to && (writable.revents & POLLOUT) == 0;
    all = all && !reader.is_full;
  }
  std::erase_if(stream.readers, [](const Reader& reader) { return !reader.to; });
  return all;
}

void Output::pump_stream(Stream& stream) {
  for (int reads = 0; reads < kMostReads && all_take(stream); ++reads) {
    const std::size_t room = stream.readers.empty() ? buffer.size() : PIPE_BUF;
    const ssize_t got = ::read(stream.from.get(), buffer.data(), room);
    if (is_at_end(got)) {
      stream.from.reset();
      stream.readers.clear();
      return;
    }
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) continue;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    write_records(log_, stream.state, stream.name, text);
    for (Reader& reader : stream.readers)
      if (::write(reader.to.get(), text.data(), text.size()) != got) reader.to.reset();
  }
}

void Output::drain() {
  for (Stream& stream : streams_) drain_stream(stream);
}

void Output::drain_stream(Stream& stream) {
  constexpr std::size_t kMost = 4U << 20U;  // more than any pipe holds: who still writes is nobody's to wait for
  for (std::size_t total = 0; stream.from && total < kMost;) {
    const ssize_t got = ::read(stream.from.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    write_records(log_, stream.state, stream.name, text);
    for (Reader& reader : stream.readers) reader.rest += text;
    total += text.size();
  }
  stream.from.reset();
  if (stream.state.lost != 0) write_records(log_, stream.state, stream.name, {});
  for (Reader& reader : stream.readers) flush(reader);
  std::erase_if(stream.readers, [](const Reader& reader) { return !reader.to || reader.rest.empty(); });
}

void Output::flush(Reader& reader) {
  while (!reader.rest.empty()) {
    const ssize_t written = ::write(reader.to.get(), reader.rest.data(), std::min<std::size_t>(reader.rest.size(), PIPE_BUF));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return;
    if (written < 0) return reader.to.reset();
    reader.rest.erase(0, static_cast<std::size_t>(written));
    if (reader.rest.empty()) reader.to.reset();  // the end, for who reads
  }
}

void Output::write(TableWriter& table) {
  table.line("log");
  log_.visit(table);
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const Stream& stream = streams_[i];
    table.line("stream");
    table(i, stream.from, stream.state.within_line, stream.state.lost);
    for (const Reader& reader : stream.readers) {
      table.line("reader");
      table(i, reader.number, reader.to, reader.is_full, reader.rest);
    }
  }
}

bool Output::read(TableReader& table, std::string_view kind) {
  std::size_t i = 0;
  if (kind == "log") {
    log_.visit(table);
  } else if (kind == "stream") {
    table(i);
    Stream& stream = streams_.at(i);
    table(stream.from, stream.state.within_line, stream.state.lost);
  } else if (kind == "reader") {
    table(i);
    Reader& reader = streams_.at(i).readers.emplace_back();
    table(reader.number, reader.to, reader.is_full, reader.rest);
  } else {
    return false;
  }
  return true;
}

bool Output::is_delivered() const {
  return std::all_of(streams_.begin(), streams_.end(), [](const Stream& stream) { return stream.readers.empty(); });
}

}  // namespace podrun::shim
