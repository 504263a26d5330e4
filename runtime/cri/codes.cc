#include "runtime/cri/codes.h"

namespace podrun::cri {
namespace {

grpc::StatusCode code_of(Kind kind) {
  switch (kind) {
    case Kind::invalid:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case Kind::not_found:
      return grpc::StatusCode::NOT_FOUND;
    case Kind::exists:
      return grpc::StatusCode::ALREADY_EXISTS;
    case Kind::denied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case Kind::timeout:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case Kind::unsupported:  // of this machine; what never works here is UNIMPLEMENTED, which no Error says
    case Kind::busy:
    case Kind::corrupt:
    case Kind::plugin:
    case Kind::internal:
      break;
  }
  return grpc::StatusCode::UNKNOWN;
}

}  // namespace

grpc::Status to_status(const Error& error) { return {code_of(error.kind), error.what}; }

}  // namespace podrun::cri
