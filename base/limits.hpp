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
/// The head of an HTTP proxy's answer to CONNECT, with all interim ones: a few hundred octets, and some KB where it
/// offers Kerberos.
inline constexpr std::size_t proxy_answer_bytes_max = 16 * kib;

// -- SMTP ------------------------------------------------------------------------------------------------------------

/// One line of a reply: RFC 5321 §4.5.3.1.5 allows 512 octets, servers write links and explanations beyond.
inline constexpr std::size_t smtp_line_bytes_max = 4 * kib;
/// Lines of one reply: the longest EHLO answer has about twenty.
inline constexpr std::size_t smtp_reply_lines_max = 100;
/// Text kept of one reply, and of each recipient's: enough for EHLO, and for a person to understand a refusal.
inline constexpr std::size_t smtp_reply_text_bytes_max = 4 * kib;
inline constexpr std::size_t smtp_recipient_text_bytes_max = 512;
/// Mechanisms remembered of AUTH; servers offer up to a dozen.
inline constexpr std::size_t smtp_mechanisms_max = 32;
/// Recipients of one mail: as many as Exchange allows at most (Set-Mailbox -RecipientLimits).
inline constexpr std::size_t smtp_recipients_max = 1000;
/// An address: RFC 5321 §4.5.3.1.3 allows a path of 256 octets, brackets included.
inline constexpr std::size_t smtp_address_bytes_max = 254;
/// DSN's envelope id (RFC 3461 §4.4).
inline constexpr std::size_t smtp_envelope_id_bytes_max = 100;
/// AUTH with its initial response, line end included (RFC 4954 §4).
inline constexpr std::size_t smtp_auth_line_bytes_max = 12'288;
/// Commands sent ahead of their answers: few enough for their answers to fit any server's socket buffer while it waits
/// for us to read (RFC 2920 §3.1), many enough to hide the round trip.
inline constexpr std::size_t smtp_pipeline_commands_max = 64;

/// From the connection until ready, as a whole: greetings held back for up to 30 s against spammers are in use.
inline constexpr auto smtp_login_deadline = 60s;
/// The answer to MAIL, RCPT or RSET. RFC 5321 §4.5.3.2 says 5 min, for relays; submission servers that ask elsewhere
/// about an address take up to a minute, and trying again costs nothing: no mail was handed over.
inline constexpr auto smtp_envelope_deadline = 2min;
/// MAIL and all its RCPT together, lest a server that hesitates at each of 1,000 recipients holds the link for a day.
inline constexpr auto smtp_envelope_whole_deadline = 15min;
/// The 354 after DATA (RFC 5321 §4.5.3.2.4).
inline constexpr auto smtp_data_deadline = 2min;
/// While octets of the mail wait to be sent, some must leave (RFC 5321 §4.5.3.2.5).
inline constexpr auto smtp_block_deadline = 3min;
/// A mail may wait for the server's reading so long and, beyond, a second for each so many octets taken.
inline constexpr auto smtp_body_deadline = 10min;
inline constexpr std::uint64_t smtp_pace_bytes_per_s_min = 4 * kib;
/// The answer to the final dot (RFC 5321 §4.5.3.2.6): who waits for less makes duplicates.
inline constexpr auto smtp_verdict_deadline = 10min;
/// QUIT is a courtesy, as LOGOUT is.
inline constexpr auto smtp_quit_deadline = 5s;

// -- Inbound ---------------------------------------------------------------------------------------------------------

/// Bodies fetched in one pipelined range.
inline constexpr std::size_t fetch_range_bytes = 512 * kib;
inline constexpr std::size_t fetch_range_messages_max = 100;
/// UIDs listed by one command during catch-up; bounds what a mailbox holds in memory.
inline constexpr std::uint32_t list_window_uids = 1000;
/// UIDs one SEARCH asks about: its answer is a single line, and so many of the longest numbers fit into
/// imap_line_bytes_max.
inline constexpr std::uint32_t search_window_uids = 20'000;
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
/// Between attempts to bring a failing store back, and what the disk must take before the store is opened anew, beside
/// all that is in memory only: opening writes that to tables.
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
/// A diagnosis asks many servers one after the other; people wait for it.
inline constexpr auto diagnosis_deadline = 2min;
/// Its probes are logins that count at the servers: not again at once.
inline constexpr auto diagnosis_interval = 1min;
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
/// Mails with attachments put together at once. Not of the same threads: a download goes at its reader's pace.
inline constexpr std::size_t http_compositions_max = 8;
/// How long answers under way may take when the server stops.
inline constexpr auto http_drain = 10s;

// -- Outbox ----------------------------------------------------------------------------------------------------------

/// Words of a server kept with each attempt, and turns of a mail's history: the first quarter and the latest.
inline constexpr std::size_t outbox_words_bytes_max = 1 * kib;
inline constexpr std::size_t outbox_turns_max = 32;
/// Mails that wait in one account's outbox, and their octets: beyond, submission is answered 429.
inline constexpr std::uint64_t outbox_mails_max = 250'000;
inline constexpr std::uint64_t outbox_bytes_max = 16ull * 1024 * mib;
/// Records of waiting mails that one outbox holds in memory; the rest stays in the store.
inline constexpr std::size_t outbox_window = 64;
/// Bodies up to this size stay in memory until they are sent, when the queue is short.
inline constexpr std::size_t outbox_body_cached_bytes = 16 * kib;
inline constexpr std::size_t outbox_bodies_cached = 8;
/// How long a finished mail is remembered, and the body of one that failed or was cancelled kept for a requeue.
inline constexpr auto outbox_kept = 24h * 30;
/// An outbox with nothing to do ends after this time; its connection with it.
inline constexpr auto outbox_idle = 60s;
/// A mail handed in: Exchange Online takes 150 MB.
inline constexpr std::uint64_t submission_bytes_max = 150 * mib;
inline constexpr std::uint64_t upload_bytes_max = 150 * mib;
/// Uploads of one tenant, which all are counted whenever one more comes, and their octets: what its outbox may hold.
inline constexpr std::size_t uploads_max = 20'000;
inline constexpr std::uint64_t uploads_bytes_max = 16ull * 1024 * mib;
inline constexpr auto upload_life = 24h;
inline constexpr auto idempotency_life = 72h;
/// Requests of one account that wait for their commit.
inline constexpr std::size_t outbox_submissions_open_max = 4096;

// -- Import ----------------------------------------------------------------------------------------------------------

/// A row of a table: four times the longest account.
inline constexpr std::size_t csv_row_bytes_max = 1 * mib;
/// Columns: an account has two dozen fields.
inline constexpr std::size_t csv_fields_max = 64;
/// A file of accounts: each has about 300 bytes, and all are checked before the first is written.
inline constexpr std::uint64_t import_bytes_max = 64 * mib;
inline constexpr std::size_t import_rows_max = 50'000;
/// Imports at once: each holds its rows in memory, up to about 100 MiB.
inline constexpr std::size_t imports_max = 2;
/// For the whole file: one of 50,000 accounts has 15 MB, and arrives within it at 1 Mbit/s.
inline constexpr auto import_body_deadline = 2min;
/// Accounts written by one commit, and announced before the next one: the store and the gateway's actors serve others
/// in between.
inline constexpr std::size_t import_batch_accounts = 256;
/// What is wrong and what was noticed, told by an answer; the counts tell the rest.
inline constexpr std::size_t import_notes_max = 100;

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

// -- Submission ------------------------------------------------------------------------------------------------------

/// Of one mail, whether in To, Cc or Reply-To: what `Set-Mailbox -RecipientLimits` of Exchange Online takes at most.
inline constexpr std::size_t submission_recipients_max = 1000;
/// Outlook and Exchange show 255 characters of a subject; four bytes hold any of them.
inline constexpr std::size_t submission_subject_bytes_max = 1 * kib;
/// Text and HTML, each; both are in memory while a mail is written. Four times what a JSON body can carry.
inline constexpr std::size_t submission_text_bytes_max = 4 * mib;
/// Further headers: real mails carry a dozen. All together stay far below the 256 KiB of header Exchange takes, and
/// each value can be read back whole by our own parser.
inline constexpr std::size_t submission_headers_max = 100;
inline constexpr std::size_t submission_headers_bytes_max = 64 * kib;
inline constexpr std::size_t submission_header_value_bytes_max = mime_header_value_bytes_max;
/// Name of a field: with its colon, it and the space of a fold fit into a line of 78 (RFC 5322 §2.1.1).
inline constexpr std::size_t submission_header_name_bytes_max = 76;
/// What stands between two places where a header can be folded: a line must not exceed 998 octets (RFC 5322 §2.1.1).
inline constexpr std::size_t submission_header_word_bytes_max = 900;
/// A line of a header or a body, without its end (RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6).
inline constexpr std::size_t submission_line_bytes_max = 998;
/// Beyond, an archive is the better form; Exchange's default is 250 with those inside forwarded mails.
inline constexpr std::size_t submission_attachments_max = 100;
/// An event tells mime_references_max ids; whoever answers appends a few.
inline constexpr std::size_t submission_references_max = 2 * mime_references_max;
/// Message-ID, Content-ID and the ids of References: real ones have 80 octets.
inline constexpr std::size_t submission_id_bytes_max = 512;
/// One piece passed on to the store or the server.
inline constexpr std::size_t submission_piece_bytes_max = 64 * kib;

// -- Parsing ---------------------------------------------------------------------------------------------------------

/// Mails waiting for a parsing worker: all that the credit pool lets through, since each is paid for by it.
inline constexpr std::size_t parse_queue_max = credit_pool_bytes / mail_credit_bytes_min;
/// Mails remembered as having been in flight when the process died. More than one per worker and start never come up.
inline constexpr std::size_t parse_suspects_max = 256;

} // namespace postroom::limits
