#include "runtime/cri/relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace podrun::cri {
namespace {

struct Pipe {
  Fd read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

std::string read_all_of(const Fd& fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t got; (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  return text;
}

TEST(Relay, CarriesMoreThanAPipeHoldsAndPassesTheEndOn) {
  Pipe in = make_pipe(), out = make_pipe();
  const std::string much(1U << 20U, 'x');
  std::string came;
  std::thread writer([&] {
    std::size_t done = 0;
    while (done < much.size()) {
      const ssize_t wrote = ::write(in.write.get(), much.data() + done, much.size() - done);
      if (wrote <= 0) break;
      done += static_cast<std::size_t>(wrote);
    }
    in.write.reset();
  });
  std::thread reader([&] { came = read_all_of(out.read); });
  int told = -1;
  Relay relay;
  relay.add(std::move(in.read), std::move(out.write), [&](int to) { told = to; });
  relay.run();
  writer.join();
  reader.join();
  EXPECT_EQ(came.size(), much.size());
  EXPECT_GE(told, 0) << "the end is told while there is somebody to tell it to";
}

TEST(Relay, AWatcherEndsItThoughAWayIsOpen) {
  Pipe in = make_pipe(), out = make_pipe(), end = make_pipe();
  ASSERT_EQ(::write(in.write.get(), "last words", 10), 10);
  end.write.reset();
  Relay relay;
  relay.add(std::move(in.read), std::move(out.write));
  relay.watch(end.read.get(), [&] { return relay.let_end(), false; });
  relay.run();  // returns, though `in.write` is open
  std::array<char, 32> buffer;
  EXPECT_EQ(::read(out.read.get(), buffer.data(), buffer.size()), 10) << "what was said before is carried";
}

TEST(Relay, WhatNobodyWantsIsDropped) {
  Pipe in = make_pipe();
  ASSERT_EQ(::write(in.write.get(), "x", 1), 1);
  in.write.reset();
  Relay relay;
  relay.add(std::move(in.read), Fd());
  relay.run();
  EXPECT_FALSE(relay.has_ways());
}

}  // namespace
}  // namespace podrun::cri
