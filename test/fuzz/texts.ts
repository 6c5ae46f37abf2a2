import type { Random } from "./random.ts";

/** Text of many scripts, and what each of them can break. */
const scripts: readonly string[] = [
  "größte Übergröße",
  "İstanbul ıIiİ ß ẞ",
  "Приложение остановлено",
  "Η βάση δεδομένων απέτυχε",
  "فشل الاتصال بقاعدة البيانات ١٢٣",
  "מסד הנתונים נכשל",
  "डेटाबेस विफल",
  "ฐานข้อมูลล้มเหลว",
  "数据库失败",
  "データベース エラー ｶﾅ",
  "데이터베이스 실패",
  "ტექსტი ԲԱՐԵՒ ᚠᛇᚻ ꙮ",
  "𝒳𝓎𝔷 𐍈𐎀 𒀀",
  "👩‍👩‍👧‍👦🏳️‍🌈👍🏽❤️🇨🇭",
  "é́́́́̂̃̄",
  `z${"\u0300\u0301\u0302\u0303".repeat(20)}`,
  "ﬁ ﷽ ㍿ Ⅷ ① ½",
];

const unsafe: readonly string[] = [
  "\u202eexe.txt\u202c",
  "\u2066\u2067\u2068\u2069\u061c\u200e\u200f",
  "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u034fh",
  "\u3164\u115f\u1160\uffa0\u180e\u{e0001}\u{e0041}\ufe0f\u{e0100}",
  "\ud800",
  "\udc00",
  "\udfff\ud83d",
  "\u0000\u0001\u0007\u0008\u001f\u007f\u0085\u009f",
  "\u001b[31mred\u001b]0;title\u0007\u009b2J\u001b",
  "line\r\nline\u2028line\u2029\u000b\u000c",
  "\u00a0\u1680\u2003\u202f\u205f\u3000",
  "\ufffe\uffff\ufff9\ufffa\ufffb\u{10ffff}",
  "<script>alert(1)</script><!--",
  "{node} {{severity}} ${summary} $& $' $` $1 {} [object Object]",
  "'; DROP TABLE alerts;-- \"\\ \\u0000 %s %n %00",
  "(((((a+)+)+)+)+)$ ^[]*?{1,}|",
  "=cmd|'/C calc'!A0 @SUM(1) +1 -1",
  "../../../../etc/passwd",
];

const values: readonly string[] = [
  ...["NaN", "-NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0x1F", "0b2", "1_000", "١٢", "-0", "1e-400", "٣"],
  ...["null", "undefined", "None", "true", "FALSE", "[]", "{}", "[object Object]", "-", "N/A", "0", ""],
  ...["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "toJSON", "then", "length"],
  ...["ALARM", "OK", "FAILED", "failed", "stopped", "ERROR", "CRITICAL", "resolved", "closed", "INSUFFICIENT_DATA"],
  ...["arn:", "arn:aws:::::::", "arn:aws:ec2:eu-west-1:111122223333:instance/", "arn:aws:s3:::", "arn:aws:a:b:c:/:/:"],
  ...["2026-02-30T25:61:61Z", "+275760-09-13T00:00:00.001Z", "-000001-01-01T00:00:00Z", "0000-00-00", "9999-12-31"],
  ...["1.2.3.4.5", "::", "::ffff:1.2.3.4%eth0", "999.999.999.999", "fe80::1%25lo", "http://", "https://a b/\u0000"],
  ...[
    '{"message":{"message":1}}',
    '{"message":"x',
    "[[[[",
    '{"__proto__":{"message":"x"}}',
    '"',
    "'",
    "{",
    "}",
    "{'a':",
  ],
  ...[" ", "\t", ".", ":", "/", ",", ";", "@", "…", "-", "--", "...", ":::", "///", "(", ")", "()", "'s"],
];

/** Patterns that are slow for regular expressions which repeat within a repetition. */
const repeated: readonly string[] = [
  ...[
    ".",
    " ",
    ":",
    "-",
    "/",
    "a",
    "A",
    "1",
    "{",
    "}",
    "(",
    "[",
    '"',
    "\\",
    ",",
    "_",
    "@",
    "=",
    "<",
    "%",
    "$",
    "\u200b",
  ],
  ...[
    ". ",
    "a ",
    " :",
    "aA",
    "A1",
    "a.",
    "arn:aws:",
    "{}",
    "[object ",
    "\u001b[",
    "x-",
    "1,",
    "\ud83d",
    "é",
    "数",
    "İ",
  ],
];

const lengths = [33, 57, 120, 200, 400, 1000, 2047, 2048, 2049, 4096, 8001, 20_000] as const;

/** A hostile string: mostly short, at times of several parts, rarely very long. */
export function hostileText(random: Random): string {
  const kind = random.below(100);
  if (kind < 40) return random.pick(values);
  if (kind < 55) return random.pick(scripts);
  if (kind < 75) return random.pick(unsafe);
  if (kind < 90)
    return random.many(1 + random.below(4), () => hostileText(random)).join(random.pick(["", " ", ":", "/"]));
  if (kind < 93) return String.fromCharCode(...random.many(1 + random.below(40), () => random.below(65_536)));
  const length = random.chance(0.02) ? 200_000 : random.pick(lengths);
  const pattern = random.pick(repeated);
  const end = random.chance(0.5) ? random.pick(["x", "!", "\n", "\ud800", "."]) : "";
  return pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length) + end;
}
