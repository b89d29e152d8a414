#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the gateway in one place, each with its reason. Units stand last in the name.
namespace postroom::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// -- IMAP ------------------------------------------------------------------------------------------------------------

/// One response without its literals. A UID list of 10,000 messages or a deep BODYSTRUCTURE fits; a hostile endless
/// line does not.
inline constexpr std::size_t imap_line_bytes_max = 256 * kib;
/// Literals that are kept in a response (envelope strings, folder names). Message bodies are streamed and not counted.
inline constexpr std::size_t imap_inline_literal_bytes_max = 256 * kib;
/// A message body: Exchange Online allows 150 MB, base64 and headers on top.
inline constexpr std::uint64_t imap_body_bytes_max = 256 * mib;
/// Nesting of parentheses: MIME trees deeper than this are attacks on the parser's stack.
inline constexpr std::size_t imap_nesting_max = 64;
/// Exchange refuses command lines over 10,240 bytes (MaxCommandSize).
inline constexpr std::size_t imap_command_line_bytes_max = 8000;
/// Untagged responses a server may send between two of our commands before we call it a flood.
inline constexpr std::size_t imap_unsolicited_max = 100'000;
/// Numbers one SEARCH or ESEARCH may find: `ALL 1:4294967295` in one short line must not become 16 GiB.
inline constexpr std::size_t imap_search_numbers_max = 262'144;
/// Commands queued or open in one session; a mailbox pipelines a range of at most fetch_range_messages_max.
inline constexpr std::size_t imap_commands_open_max = 4096;

inline constexpr auto connect_deadline = 15s;
inline constexpr auto tls_deadline = 15s;
inline constexpr auto login_deadline = 30s;
/// First byte of an answer to a command.
inline constexpr auto imap_first_byte_deadline = 60s;
/// Between two bytes inside an answer.
inline constexpr auto imap_between_bytes_deadline = 120s;
/// An answer may take so long and, beyond, a second for each so many octets exchanged: whoever lets octets trickle to
/// stay inside the deadlines above must not hold a mailbox and its credit for ever.
inline constexpr auto imap_answer_deadline = 10min;
inline constexpr std::uint64_t imap_pace_bytes_per_s_min = 4 * kib;
/// The tagged OK after DONE; a server that does not answer is dead (see m365: stalls).
inline constexpr auto imap_done_deadline = 30s;
/// Silence in IDLE. RFC 2177 has clients renew IDLE within 29 min, so a link silent for longer has a sleeping owner.
inline constexpr auto imap_idle_silence_max = 29min;
/// LOGOUT is a courtesy: a server that does not answer it is left.
inline constexpr auto imap_logout_deadline = 5s;
/// How long a link waits for the store before it asks whether more of a large body may be read: long enough to cost
/// nothing, short enough to keep the disk busy.
inline constexpr auto link_hold = 10ms;
/// Octets one link handles before the other links of its thread get their turn.
inline constexpr std::size_t link_turn_bytes = 256 * kib;
/// Addresses of one host that are tried, names remembered per io thread, and for how long (getaddrinfo tells no TTL).
inline constexpr std::size_t dns_addresses_max = 16;
inline constexpr std::size_t dns_names_max = 1024;
inline constexpr auto dns_memory = 60s;
/// How long the last addresses of a name serve beyond, while asking anew is slow or fails, and the pause after a
/// failure: a name server's outage must not end the reconnects of mailboxes whose server has not moved.
inline constexpr auto dns_stale = 1h;
inline constexpr auto dns_retry = 10s;
/// Look-ups at once per io thread, each on a thread of its own; further names wait for a free one.
inline constexpr std::size_t dns_lookups_max = 8;
/// TLS sessions remembered per server, so that a storm of reconnects resumes, and of one trust set: each may keep the
/// server's certificate chain (about 10 KiB) in memory.
inline constexpr std::size_t tls_sessions_per_host_max = 64;
inline constexpr std::size_t tls_sessions_max = 1024;
/// Trust sets in memory (one per CA file in the configuration); unused ones are dropped beyond.
inline constexpr std::size_t tls_trust_sets_max = 64;

// -- Inbound ---------------------------------------------------------------------------------------------------------

/// Bodies fetched in one pipelined range.
inline constexpr std::size_t fetch_range_bytes = 512 * kib;
inline constexpr std::size_t fetch_range_messages_max = 100;
/// UIDs listed by one command during catch-up; bounds what a mailbox holds in memory.
inline constexpr std::uint32_t list_window_uids = 1000;
/// Bytes of mail in memory between the sockets and the store, for all mailboxes together.
inline constexpr std::size_t credit_pool_bytes = 64 * mib;
/// What a mail is booked with at least: its record, its event and its place in the parser's queue cost that much,
/// however small it is; and so the pool also bounds the number of mails.
inline constexpr std::size_t mail_credit_bytes_min = 4 * kib;

// -- Storage ---------------------------------------------------------------------------------------------------------

/// One piece of a stored body.
inline constexpr std::size_t chunk_bytes_max = 1 * mib;
inline constexpr std::size_t record_bytes_max = 4 * mib;
inline constexpr std::size_t batch_ops_max = 4096;
inline constexpr std::size_t batch_bytes_max = 16 * mib;
/// Batches that may wait for the writer before new ones are refused as busy.
inline constexpr std::size_t commit_queue_max = 65'536;
/// How long the id of a batch answers "did it commit?".
inline constexpr auto batch_id_retention = 1h;
/// The same in bytes: twice the credit pool, since each mail's bytes may be waiting once as body and once as event.
inline constexpr std::size_t commit_queue_bytes_max = 128 * mib;
/// Reads that may wait for a storage thread before new ones are refused as busy.
inline constexpr std::size_t read_queue_max = 65'536;
/// Recent revisions the writer remembers, in each of two generations: about 1 MiB.
inline constexpr std::size_t revision_cache_half_max = 4096;
/// Bodies collected before waiting commits get their turn.
inline constexpr std::size_t collect_slice_bodies = 256;
/// Space of deleted values that is worth rewriting files for: at least so much, and so large a part of them.
inline constexpr std::uint64_t sweep_bytes_min = 64 * mib;
inline constexpr std::uint64_t sweep_garbage_percent_min = 25;
/// What the writer puts into one synced write: enough to share the sync, small enough to stay quick and in the cache.
inline constexpr std::size_t commit_group_requests_max = 1024;
inline constexpr std::size_t commit_group_bytes_max = 4 * mib;
/// Between attempts to bring a failing store back, and what the disk must take before the store is opened anew.
inline constexpr auto store_resume_pause = 250ms;
inline constexpr std::size_t store_probe_bytes = 1 * mib;
/// Three ids and a folder name or address with room to spare; longer keys would only bloat indexes.
inline constexpr std::size_t record_key_bytes_max = 2 * kib;
inline constexpr std::size_t stream_name_bytes_max = 256;
/// Chunks of one body: four times the largest mail.
inline constexpr std::uint32_t body_chunks_max = 1024;

// -- Events ----------------------------------------------------------------------------------------------------------

/// Text and HTML of a mail carried inside its event, each.
inline constexpr std::size_t event_text_bytes_max = 64 * kib;
inline constexpr std::size_t event_page_max = 1000;
inline constexpr auto event_wait_max = 60s;

// -- HTTP ------------------------------------------------------------------------------------------------------------

inline constexpr std::size_t http_header_bytes_max = 32 * kib;
inline constexpr std::size_t http_json_body_bytes_max = 1 * mib;
/// Answers of identity platforms are a few KB; anything beyond is not one.
inline constexpr std::size_t http_answer_bytes_max = 1 * mib;
inline constexpr auto http_request_deadline = 30s;
inline constexpr auto http_idle_deadline = 75s;
inline constexpr std::size_t http_connections_max = 2048;
inline constexpr std::size_t page_items_max = 500;
/// An object of the API has a few dozen flat fields; deeper JSON is not ours.
inline constexpr std::size_t http_json_depth_max = 16;
/// Events in one page of the API, by bytes (one event at least): bounds what a waiting reader can make us hold.
inline constexpr std::size_t http_event_page_bytes_max = 1 * mib;
/// Between two signs of life on an event stream: proxies cut what is silent for 30 to 60 s.
inline constexpr auto http_heartbeat = 15s;
/// Attachments taken apart at once, each on a thread of its own with a few 64 KiB pieces.
inline constexpr std::size_t http_extractions_max = 8;
/// How long answers under way may take when the server stops.
inline constexpr auto http_drain = 10s;

// -- MIME ------------------------------------------------------------------------------------------------------------

inline constexpr std::size_t mime_depth_max = 64;
inline constexpr std::size_t mime_parts_max = 1000;
inline constexpr std::size_t mime_addresses_max = 1000;
inline constexpr std::size_t mime_header_value_bytes_max = 8 * kib;
/// Headers of one part, all lines together: the longest seen in the wild carry 100 KB of trace and ARC headers.
inline constexpr std::size_t mime_header_block_bytes_max = 256 * kib;
/// One address list or References header: 1000 recipients fit, and GMime's recursion over it stays shallow.
inline constexpr std::size_t mime_list_header_bytes_max = 64 * kib;
/// A name, an address, a file name.
inline constexpr std::size_t mime_word_bytes_max = 320;
inline constexpr std::size_t mime_references_max = 50;
/// Read from the source at once; also the longest line that can be a boundary.
inline constexpr std::size_t mime_window_bytes = 64 * kib;
/// Undecoded characters kept of a text part before conversion: four bytes per character of event text at worst.
inline constexpr std::size_t mime_text_raw_bytes_max = 4 * event_text_bytes_max;

// -- Parsing ---------------------------------------------------------------------------------------------------------

/// Mails waiting for a parsing worker: all that the credit pool lets through, since each is paid for by it.
inline constexpr std::size_t parse_queue_max = credit_pool_bytes / mail_credit_bytes_min;
/// Mails remembered as having been in flight when the process died. More than one per worker and start never come up.
inline constexpr std::size_t parse_suspects_max = 256;

} // namespace postroom::limits
