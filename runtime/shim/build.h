// Which build this is: of what podrun and the shim must share, since the init that a shim runs reads its client's plan.
#pragma once

namespace podrun::shim {

const char* build();

}  // namespace podrun::shim
