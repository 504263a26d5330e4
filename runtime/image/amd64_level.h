#pragma once

namespace podrun::image {

// Which of the psABI's levels (x86-64-v1 to -v4) this processor and kernel can run; 1 on any other machine.
int amd64_level();

}  // namespace podrun::image
