// Reads records. Of every field presence, type and range are checked, since what delete and recover do with a wrong one
// is not to be undone.
#pragma once

#include <string>

#include "runtime/store/record_json.h"
#include "runtime/store/record_text.h"

namespace podrun {

Error corrupt_record(const std::string& what);

// What the types cannot say of a record; empty where there is nothing to say.
std::string why_implausible(const PodRecord& pod);
std::string why_implausible(const ContainerRecord& container);
std::string why_implausible(const ProbeMemory& memory);

// A record as it is on disk.
template <class Record>
struct RecordFile {
  std::int64_t format = 0;
  Record record;
};
template <class Visitor, class Record>
void visit(Visitor& field, RecordFile<Record>& file) {
  field("format", file.format);
  visit(field, file.record);
}

template <class Record>
Result<Record> read_record(const std::string& text, std::int64_t format) {
  RecordFile<Record> file;
  std::string fault = TRY(read_fields(text, field_of(file)));
  // What another format has is not to be judged.
  if (file.format != 0 && file.format != format)
    fault = "format: " + std::to_string(file.format) + ", this podrun reads " + std::to_string(format);
  if (fault.empty()) fault = why_implausible(file.record);
  if (!fault.empty()) return corrupt_record(fault);
  return std::move(file.record);
}

}  // namespace podrun
