// What a shim sleeps with.
#pragma once

namespace podrun::shim {

// A shim sleeps for nearly all of its life, so what counts is the memory it sleeps with. The pages of its program that
// only starting a pod needed go back to the page cache; those needed again come one fault at a time.
void give_back_program_pages();

}  // namespace podrun::shim
