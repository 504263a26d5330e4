// What a shim sleeps with.
#pragma once

namespace podrun::shim {

// A shim sleeps for nearly all of its life, so what counts is the memory it sleeps with. The pages of its program that
// only starting a pod needed go back to the page cache; those needed again come by faults, each with the 64 KiB around.
// So this and who calls it, which are run last, are beside each other: that is what `hot` does.
[[gnu::hot]] void give_back_program_pages();

}  // namespace podrun::shim
