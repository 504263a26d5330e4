// The one way errors travel: a value or an Error, never an exception across a function of ours.
#pragma once

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cni::base {

// What a caller may do about an error. Fronts map it to exit codes (and later to gRPC codes), one table each.
enum class Kind {
  invalid,      // the input is wrong; fix it and try again
  not_found,    // what was named does not exist
  exists,       // what was to be made exists already
  denied,       // not permitted: run as root, or the kernel's policy says no
  unsupported,  // this kernel, this machine or this version cannot do it
  busy,         // somebody else holds it; try again later
  timeout,      // it took longer than it was given
  corrupt,      // data that was promised to be good is not (digest mismatch, truncated record)
  plugin,       // a CNI plugin failed
  internal,     // everything else: a system call failed that should not have
};

// What a library knows of a failure beyond the sentence, for callers that act on it: cni::PluginFailures is one. It
// stays with the error through every in().
struct ErrorDetail {
  ErrorDetail() = default;
  ErrorDetail(const ErrorDetail&) = default;
  ErrorDetail& operator=(const ErrorDetail&) = default;
  virtual ~ErrorDetail() = default;
};

// `what` is a whole sentence in the making: leaves write "verb object: cause", each caller puts its step in front once
// with in(). `error_number` is errno where a system call was the cause, else 0.
struct [[nodiscard]] Error {
  Kind kind = Kind::internal;
  int error_number = 0;
  std::string what;
  std::shared_ptr<const ErrorDetail> detail = nullptr;  // mostly absent

  // Reads errno's text and derives the kind from it: Error::system(errno, "open '/etc/x'").
  static Error system(int error_number, std::string_view verb_object);

  // "create cgroup" + "mkdir '/a': File exists" = "create cgroup: mkdir '/a': File exists"
  Error in(std::string_view step) &&;
};

// The kind an errno stands for where nothing more is known.
Kind kind_of(int error_number);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  T value() && { return std::move(*std::get_if<0>(&state_)); }
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error error() && { return std::move(*std::get_if<1>(&state_)); }
  T value_or(T other) && { return *this ? std::move(*this).value() : std::move(other); }

  Result in(std::string_view step) && {
    if (*this) return std::move(*this);
    return std::move(*this).error().in(step);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  void value() && {}
  const Error& error() const& { return *error_; }
  Error error() && { return std::move(*error_); }

  Result in(std::string_view step) && {
    if (*this) return {};
    return std::move(*this).error().in(step);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace cni::base

namespace cni {
using base::Error;
using base::Kind;
using base::Result;
}  // namespace cni
