// The table of fields by itself, and what the checker makes of each row.
#include "runtime/manifest/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "runtime/manifest/check.h"
#include "runtime/manifest/text.h"

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
    case Shape::wholes:
      return Json::array({1});
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
      EXPECT_FALSE((choice.treatment == Treatment::idle || choice.treatment == Treatment::later) && choice.note.empty())
          << field.name << " " << choice.value;
    EXPECT_FALSE(field.treatment == Treatment::later && field.note.empty())
        << field.name << ": refused for what reason?";
  });
  EXPECT_GT(rows, 150);
}

// The warnings, and in `error` what is wrong.
std::vector<std::string> check(Json object, const Type& type, std::optional<Error>& error) {
  Problems problems;
  problems.begin("x");
  std::vector<std::string> warnings = check_fields(object, type, problems);
  error.reset();
  if (!problems.empty()) error = std::move(problems).error();
  return warnings;
}

TEST(Fields, EachLaterFieldIsRefusedByName) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.treatment != Treatment::later || field.name.find('*') != std::string_view::npos) return;
    const std::string name(field.name);
    std::optional<Error> error;
    check({{name, sample(field)}}, type, error);
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->what, "x: " + name + ": " + std::string(field.note));
    EXPECT_EQ(error->kind, Kind::unsupported);
    for (const Json& nothing : {Json(nullptr), Json(false), Json(""), Json::array(), Json::object()}) {
      check({{name, nothing}}, type, error);
      EXPECT_FALSE(error) << name << " " << nothing;
    }
  });
}

TEST(Fields, EachIdleFieldIsOneWarning) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.treatment != Treatment::idle) return;
    const std::string name(field.name);
    std::optional<Error> error;
    const auto warnings = check({{name, sample(field)}}, type, error);
    ASSERT_FALSE(error) << error->what;
    const std::string note =
        field.note.empty() ? "ignored, as there is one machine and no cluster" : std::string(field.note);
    EXPECT_THAT(warnings, testing::ElementsAre(child_path("", name) + ": " + note));
  });
}

TEST(Fields, WhatAClusterFillsInIsPassedOver) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.usual.empty()) return;
    const std::string name(field.name);
    Json usual = std::string(field.usual);
    if (field.shape == Shape::whole || field.shape == Shape::flag) usual = Json::parse(field.usual);
    if (field.shape == Shape::list) usual = Json::array({{{"name", "kube-api-access-x7z2q"}}});
    std::optional<Error> error;
    EXPECT_THAT(check({{name, usual}}, type, error), testing::IsEmpty()) << name;
    EXPECT_FALSE(error) << name;
  });
}

TEST(Fields, EachShapeIsKept) {
  for_each_field(kPod, [](const Type& type, const Field& field) {
    if (field.treatment == Treatment::later || field.shape == Shape::open) return;
    const std::string name(field.name);
    const bool is_list = field.shape == Shape::list || field.shape == Shape::texts || field.shape == Shape::wholes;
    const Json wrong = is_list ? Json::object() : Json::array();
    std::optional<Error> error;
    check({{name, wrong}}, type, error);
    ASSERT_TRUE(error) << name;
    EXPECT_THAT(error->what, testing::HasSubstr(": expected ")) << name;
  });
}

}  // namespace
}  // namespace podrun::manifest
