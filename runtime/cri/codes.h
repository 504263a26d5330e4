// Errors as gRPC has them: one table. Clients tell what is gone from what is broken by NOT_FOUND alone, and Go's
// servers answer UNKNOWN to all that has no code of its own; so does this one.
#pragma once

#include <grpcpp/support/status.h>

#include "runtime/kernel/types.h"

namespace podrun::cri {

grpc::Status to_status(const Error& error);

template <class Value>
grpc::Status to_status(const Result<Value>& result) {
  return result ? grpc::Status::OK : to_status(result.error());
}

// As gRPC itself says it of calls whose requests it reads.
inline grpc::Status no_request() { return {grpc::StatusCode::INTERNAL, "the request cannot be read"}; }

}  // namespace podrun::cri
