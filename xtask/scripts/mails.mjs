// Mails as their subject and the words of their body, good enough for measuring: no attachments, no quotes, no links.

const SUBJECT_WORDS_MIN = 3;
const BODY_WORDS_MIN = 30;
const BODY_CHARACTERS_MAX = 2_000;

/** `{ subject, body }`, or nothing for a mail that says too little, or in a coding that is not looked into. */
export function readMail(text) {
  const { headers, body } = split(text);
  const subject = (header(headers, "subject") ?? "")
    .replaceAll(/\s+/g, " ")
    .replace(/^((re|fwd?)(\[\d+\])?:\s*|\[[^\]]*\]\s*)+/i, "")
    .trim();
  const words = plain(headers, body)
    .split("\n")
    .filter((line) => !/^[>|]/.test(line))
    .join(" ")
    .replaceAll(/https?:\/\/\S+|\S+@\S+|[-_=*#]{3,}/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const count = (text) => text.split(" ").length;
  if (subject.includes("=?") || count(subject) < SUBJECT_WORDS_MIN || count(words) < BODY_WORDS_MIN) return undefined;
  // A body that says its subject would be found by it.
  const kept = words.replaceAll(subject, " ").slice(0, BODY_CHARACTERS_MAX).trim();
  return { subject, body: kept };
}

/** Some words out of the middle of a text's beginning. */
export function excerpt(text, words) {
  return text.split(" ").slice(words / 2, words / 2 + words).join(" ");
}

function split(text) {
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return { headers: text, body: "" };
  const headers = text.slice(0, end.index).replaceAll(/\r?\n[ \t]+/g, " ");
  return { headers, body: text.slice(end.index + end[0].length) };
}

function header(headers, name) {
  return new RegExp(`^${name}:(.*)$`, "im").exec(headers)?.[1].trim();
}

/** The first part that is text. */
function plain(headers, body) {
  const type = header(headers, "content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    for (const part of body.split(`--${boundary}`).slice(1)) {
      const inner = split(part.trimStart());
      const text = plain(inner.headers, inner.body);
      if (text !== "") return text;
    }
    return "";
  }
  if (!/^text\//i.test(type)) return "";
  const text = decoded(body, header(headers, "content-transfer-encoding") ?? "");
  return /html/i.test(type) || /<html/i.test(text) ? withoutTags(text) : text;
}

function decoded(body, coding) {
  if (/base64/i.test(coding)) return Buffer.from(body, "base64").toString("latin1");
  if (!/quoted-printable/i.test(coding)) return body;
  const joined = body.replaceAll(/=\r?\n/g, "");
  return joined.replaceAll(/=([0-9A-F]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function withoutTags(text) {
  return text
    .replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&nbsp;", " ")
    .replaceAll("&amp;", "&");
}
