// Sends mails with nodemailer's pool of connections, as an application that sends many would, and prints one line of
// JSON: {"per_s":…,"cpu_s_per_1000":…,"sent":…,"failed":…,"seconds":…,"peak_rss_mib":…}.
//
//   node send.mjs --port N --count N --connections N [--host 127.0.0.1] [--user ADDRESS --token-file FILE]
//     [--from ADDRESS] [--to ADDRESS] [--ca FILE | --plain] [--eml FILE] [--text-bytes 4096] [--no-delay]
//
// With --ca it insists on STARTTLS and checks the certificate; with --plain there is no TLS. The token is presented by
// XOAUTH2. Each mail is composed: text of --text-bytes with a few headers. With --eml the file is sent as it is.
// Starting node is not counted, logging in is.
//
// nodemailer leaves Nagle's algorithm on and writes the final dot by itself: where the server delays its acknowledgements,
// as Linux does, each mail takes 40 ms more than it must. --no-delay shows it without that.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import nodemailer from "nodemailer";

const { values: given } = parseArgs({
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string" },
    count: { type: "string", default: "1000" },
    connections: { type: "string", default: "10" },
    user: { type: "string" },
    "token-file": { type: "string" },
    from: { type: "string", default: "support@contoso.test" },
    to: { type: "string", default: "anna@example.test" },
    ca: { type: "string" },
    plain: { type: "boolean", default: false },
    eml: { type: "string" },
    "text-bytes": { type: "string", default: "4096" },
    "no-delay": { type: "boolean", default: false },
  },
});
if (!given.port || !(given.ca || given.plain)) {
  console.error("send.mjs: --port, and --ca or --plain, must be given");
  process.exit(2);
}

const count = Number(given.count);
const connections = Number(given.connections);
const token = given["token-file"] && readFileSync(given["token-file"], "utf8").trim();

function socketWithoutNagle(options, callback) {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  socket.once("error", callback);
  socket.once("connect", () => {
    socket.removeListener("error", callback);
    callback(null, { connection: socket });
  });
}

const transport = nodemailer.createTransport({
  host: given.host,
  port: Number(given.port),
  secure: false,
  pool: true,
  maxConnections: connections,
  maxMessages: Infinity,
  requireTLS: !given.plain,
  ignoreTLS: given.plain,
  tls: given.ca ? { ca: readFileSync(given.ca), servername: "localhost" } : undefined,
  getSocket: given["no-delay"] ? socketWithoutNagle : undefined,
  auth: token ? { type: "OAuth2", user: given.user, accessToken: token } : undefined,
});

const line = "The quick brown fox jumps over the lazy dog, and answers a customer.\r\n";
const size = Number(given["text-bytes"]);
const text = line.repeat(Math.ceil(size / line.length)).slice(0, size);
const eml = given.eml && readFileSync(given.eml);

function mail(number) {
  if (eml)
    return { envelope: { from: given.from, to: [given.to] }, raw: eml };
  return {
    from: `Support <${given.from}>`,
    to: given.to,
    subject: `Re: your request ${number}`,
    inReplyTo: `<request-${number}@example.test>`,
    references: [`<request-${number}@example.test>`],
    text,
  };
}

let next = 0;
let sent = 0;
let failed = 0;

async function sendOneAfterTheOther() {
  while (next < count) {
    try {
      await transport.sendMail(mail(next++));
      ++sent;
    } catch (error) {
      if (++failed <= 3)
        console.error(`send.mjs: ${error.message}`);
    }
  }
}

// Two for each connection, so that none has to wait for a mail to be composed.
const cpuBefore = process.cpuUsage();
const began = process.hrtime.bigint();
await Promise.all(Array.from({ length: 2 * connections }, sendOneAfterTheOther));
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const cpu = process.cpuUsage(cpuBefore);
transport.close();

const cpuSeconds = (cpu.user + cpu.system) / 1e6;
console.log(
  JSON.stringify({
    per_s: sent / seconds,
    cpu_s_per_1000: (cpuSeconds * 1000) / Math.max(sent, 1),
    sent,
    failed,
    seconds,
    peak_rss_mib: process.resourceUsage().maxRSS / 1024,
  }),
);
process.exit(failed === 0 ? 0 : 1);
