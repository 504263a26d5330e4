// For the files that speak Asio.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>

#include "runtime/stream/loop.h"

namespace podrun::stream {

struct Loop::Impl {
  boost::asio::io_context context{1};
  std::array<char, 64U << 10U> buffer{};  // for every read: what arrives is passed on before the next
};

}  // namespace podrun::stream
