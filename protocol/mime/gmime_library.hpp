#pragma once

#include <gmime/gmime.h>

#include <memory>

/// How the rest of this folder holds what GMime allocates. Only included by .cpp files.
namespace postroom::mime {

struct gobject_unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using gobject_ptr = std::unique_ptr<T, gobject_unref>;

struct glib_free {
  void operator()(gpointer memory) const { g_free(memory); }
};
using glib_string = std::unique_ptr<char, glib_free>;

/// Initialises GMime once per process and answers the options all parsing shares; read-only, hence thread-safe.
GMimeParserOptions* gmime_options();

} // namespace postroom::mime
