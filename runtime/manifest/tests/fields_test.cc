// The table of fields by itself, and what the checker makes of each row.
#include "runtime/manifest/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "runtime/manifest/check.h"

namespace podrun::manifest {
namespace {

// Something of that shape that asks for something.
Json sample(const Field& field) {
  switch (field.shape) {
    case Shape::text:
      return "x";
    case Shape::flag:
      return true;
    case Shape::whole:
    case Shape::amount:
      return 1;
    case Shape::object: {
      const Field& first = field.type->fields.front();
      return {{std::string(first.name), sample(first)}};
    }
    case Shape::list: {
      const Field& first = field.type->fields.front();
      return Json::array({{{std::string(first.name), sample(first)}}});
    }
    case Shape::texts:
      return Json::array({"x"});
    case Shape::text_map:
      return {{"x", "y"}};
    case Shape::open:
      break;
  }
  return {{"anything", Json::array({1, "two", nullptr})}};
}

// Every type that can be reached, idle ones included, each row once.
void for_each_field(const Type& type, const std::function<void(const Type&, const Field&)>& visit) {
  for (const Field& field : type.fields) {
    visit(type, field);
    if (field.type != nullptr) for_each_field(*field.type, visit);
  }
}

TEST(Fields, RowsAreWhole) {
  int rows = 0;
  for_each_field(kPod, [&](const Type& type, const Field& field) {
    ++rows;
    EXPECT_EQ(field.type != nullptr, field.shape == Shape::object || field.shape == Shape::list) << field.name;
    EXPECT_EQ(type.find(field.name), &field) << field.name << " is hidden by another row";
    for (const Choice& choice : field.choices)
      EXPECT_FALSE(choice.treatment == Treatment::idle && choice.note.empty()) << field.name << " " << choice.value;
  });
  EXPECT_GT(rows, 150);
}

TEST(Fields, EachLaterFieldIsRefusedByName) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.treatment != Treatment::later || field.name.find('*') != std::string_view::npos) return;
    const std::string name(field.name);
    const auto checked = check_fields({{name, sample(field)}}, type);
    ASSERT_FALSE(checked) << name;
    EXPECT_EQ(checked.error().what, name + ": is not supported yet");
    EXPECT_EQ(checked.error().kind, Kind::unsupported);
    for (const Json& nothing : {Json(nullptr), Json(false), Json(""), Json::array(), Json::object()})
      EXPECT_TRUE(check_fields({{name, nothing}}, type)) << name << " " << nothing;
  });
}

TEST(Fields, EachIdleFieldIsOneWarning) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.treatment != Treatment::idle) return;
    const std::string name(field.name);
    const auto checked = check_fields({{name, sample(field)}}, type);
    ASSERT_TRUE(checked) << checked.error().what;
    EXPECT_THAT(*checked, testing::ElementsAre(name + ": ignored, as there is one machine and no cluster"));
  });
}

TEST(Fields, EachShapeIsKept) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.treatment == Treatment::later || field.shape == Shape::open) return;
    const std::string name(field.name);
    const Json wrong = field.shape == Shape::list || field.shape == Shape::texts ? Json::object() : Json::array();
    const auto checked = check_fields({{name, wrong}}, type);
    ASSERT_FALSE(checked) << name;
    EXPECT_THAT(checked.error().what, testing::HasSubstr(": expected ")) << name;
  });
}

}  // namespace
}  // namespace podrun::manifest
