// The one macro, for our own sources: no header that is installed has it.
#pragma once

#include "cni/base/result.h"

// The value, or return the error from the enclosing function. (The others give its variable a
// name of its own, so that one TRY may stand inside another.)
#define TRY(expression) BASE_TRY_AS(expression, BASE_TRY_JOIN(try_result_, __COUNTER__))
#define BASE_TRY_JOIN(left, right) BASE_TRY_PASTE(left, right)
#define BASE_TRY_PASTE(left, right) left##right
#define BASE_TRY_AS(expression, result) \
  __extension__({                       \
    auto result = (expression);         \
    if (!result) [[unlikely]]           \
      return std::move(result).error(); \
    std::move(result).value();          \
  })
