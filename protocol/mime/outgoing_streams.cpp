#include "protocol/mime/outgoing_streams.hpp"

#include <mutex>

using postroom::mime::byte_source;
using postroom::mime::outgoing_buffer;
using postroom::mime::stream_failure;

namespace {

// GObject allocates and zeroes these itself, hence no constructors and only plain members.

struct postroom_source_stream {
  GMimeStream parent;
  byte_source* source;
  stream_failure* failure;
  std::uint64_t offset;
  bool as_lf;
  bool after_cr; ///< the octet before was a CR, already passed on as LF
};
struct postroom_source_stream_class {
  GMimeStreamClass parent;
};

struct postroom_sink_stream {
  GMimeStream parent;
  outgoing_buffer* buffer;
  stream_failure* failure;
};
struct postroom_sink_stream_class {
  GMimeStreamClass parent;
};

using postroom_source_streamClass = postroom_source_stream_class; // the name the macro makes up
using postroom_sink_streamClass = postroom_sink_stream_class;

// NOLINTBEGIN: GLib's macros
G_DEFINE_TYPE(postroom_source_stream, postroom_source_stream, GMIME_TYPE_STREAM)
G_DEFINE_TYPE(postroom_sink_stream, postroom_sink_stream, GMIME_TYPE_STREAM)
// NOLINTEND

postroom_source_stream& source_of(GMimeStream* stream) {
  return *reinterpret_cast<postroom_source_stream*>(stream);
}

postroom_sink_stream& sink_of(GMimeStream* stream) {
  return *reinterpret_cast<postroom_sink_stream*>(stream);
}

/// Makes every line end an LF, in place; answers the new length.
std::size_t to_lf(postroom_source_stream& self, char* octets, std::size_t count) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = octets[i];
    const bool second_half = c == '\n' && self.after_cr;
    self.after_cr = c == '\r';
    if (!second_half)
      octets[kept++] = c == '\r' ? '\n' : c;
  }
  return kept;
}

ssize_t source_read(GMimeStream* stream, char* into, size_t room) {
  auto& self = source_of(stream);
  while (room > 0 && !*self.failure && self.offset < self.source->size()) {
    const auto left = self.source->size() - self.offset;
    auto read = self.source->read(self.offset, {into, std::min<std::uint64_t>(room, left)});
    if (!read) {
      *self.failure = std::move(read).error();
      break;
    }
    if (*read == 0) {
      *self.failure = postroom::fail(postroom::errc::internal, "the content of a part ended before its size");
      break;
    }
    self.offset += *read;
    const auto count = self.as_lf ? to_lf(self, into, *read) : *read;
    self.parent.position += static_cast<gint64>(count);
    if (count > 0)
      return static_cast<ssize_t>(count);
  }
  return *self.failure ? -1 : 0;
}

gboolean source_eos(GMimeStream* stream) {
  const auto& self = source_of(stream);
  return *self.failure || self.offset >= self.source->size();
}

int source_reset(GMimeStream* stream) {
  auto& self = source_of(stream);
  self.offset = 0;
  self.after_cr = false;
  return 0;
}

ssize_t sink_write(GMimeStream* stream, const char* octets, size_t count) {
  auto& self = sink_of(stream);
  if (*self.failure)
    return -1;
  if (auto written = self.buffer->write({octets, count}); !written) {
    *self.failure = std::move(written).error();
    return -1;
  }
  self.parent.position += static_cast<gint64>(count);
  return static_cast<ssize_t>(count);
}

// What neither of the two can do.
ssize_t no_read(GMimeStream*, char*, size_t) {
  return -1;
}
ssize_t no_write(GMimeStream*, const char*, size_t) {
  return -1;
}
int nothing_to_do(GMimeStream*) {
  return 0;
}
gboolean never_at_end(GMimeStream*) {
  return FALSE;
}
gint64 no_seek(GMimeStream*, gint64, GMimeSeekWhence) {
  return -1;
}
gint64 no_length(GMimeStream*) {
  return -1;
}
GMimeStream* no_substream(GMimeStream*, gint64, gint64) {
  return nullptr;
}

void refuse_the_rest(GMimeStreamClass& stream) {
  stream.flush = nothing_to_do;
  stream.close = nothing_to_do;
  stream.reset = nothing_to_do;
  stream.seek = no_seek;
  stream.length = no_length;
  stream.substream = no_substream;
}

void postroom_source_stream_class_init(postroom_source_stream_class* what) {
  refuse_the_rest(what->parent);
  what->parent.read = source_read;
  what->parent.write = no_write;
  what->parent.eos = source_eos;
  what->parent.reset = source_reset;
}

void postroom_sink_stream_class_init(postroom_sink_stream_class* what) {
  refuse_the_rest(what->parent);
  what->parent.read = no_read;
  what->parent.write = sink_write;
  what->parent.eos = never_at_end;
}

void postroom_source_stream_init(postroom_source_stream*) {
}
void postroom_sink_stream_init(postroom_sink_stream*) {
}

} // namespace

namespace postroom::mime {

void prepare_gmime_writing() {
  static std::once_flag once;
  std::call_once(once, [] {
    gmime_options();
    for (const auto type :
         {GMIME_TYPE_OBJECT, GMIME_TYPE_PART, GMIME_TYPE_MULTIPART, GMIME_TYPE_HEADER, GMIME_TYPE_HEADER_LIST,
          GMIME_TYPE_DATA_WRAPPER, GMIME_TYPE_STREAM, GMIME_TYPE_STREAM_MEM, GMIME_TYPE_STREAM_FILTER,
          GMIME_TYPE_FILTER, GMIME_TYPE_FILTER_BASIC, GMIME_TYPE_FILTER_UNIX2DOS, GMIME_TYPE_FILTER_DOS2UNIX,
          postroom_source_stream_get_type(), postroom_sink_stream_get_type()})
      g_type_class_ref(type);
  });
}

gobject_ptr<GMimeStream> stream_from(byte_source& source, line_ends ends, stream_failure& failure) {
  auto* made = static_cast<postroom_source_stream*>(g_object_new(postroom_source_stream_get_type(), nullptr));
  g_mime_stream_construct(&made->parent, 0, -1);
  made->source = &source;
  made->failure = &failure;
  made->as_lf = ends == line_ends::as_lf;
  return gobject_ptr<GMimeStream>(&made->parent);
}

gobject_ptr<GMimeStream> stream_into(outgoing_buffer& buffer, stream_failure& failure) {
  auto* made = static_cast<postroom_sink_stream*>(g_object_new(postroom_sink_stream_get_type(), nullptr));
  g_mime_stream_construct(&made->parent, 0, -1);
  made->buffer = &buffer;
  made->failure = &failure;
  return gobject_ptr<GMimeStream>(&made->parent);
}

} // namespace postroom::mime
