// Kubernetes quantities: "1.5Gi", "200M", "100m", "2e3". Exact: no floating point on the way.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::manifest {

// Bytes, at most 2^63-1. Parts of a byte that a fraction leaves are rounded up, as Kubernetes does ("0.1Gi"); the
// suffixes m, u and n are refused: "128m" is a slip for 128M or 128Mi.
Result<std::uint64_t> parse_bytes(std::string_view text);

// Thousandths of a processor, at most a million processors; finer than that is refused, as Kubernetes' documentation
// has it.
Result<std::uint64_t> parse_processors(std::string_view text);

// A whole number of things: 1 to `most`.
Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t most);

}  // namespace podrun::manifest
