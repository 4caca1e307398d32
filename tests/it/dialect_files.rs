//! Owns: files in the dialects that programs write, and what they hold. Never: reads one.

use encoding_rs::Encoding;

/// A file, and the texts of its records.
#[derive(Clone)]
pub struct DialectFile {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub texts: Vec<&'static str>,
    /// The encoding that the reader recognises, if it is not UTF-8.
    pub encoding: Option<&'static str>,
}

fn plain(name: &'static str, text: &str, texts: &[&'static str]) -> DialectFile {
    DialectFile { name, bytes: text.into(), texts: texts.to_vec(), encoding: None }
}

/// Tables with other delimiters and quotes than commas and double quotes.
pub fn delimiters() -> Vec<DialectFile> {
    vec![
        plain(
            "decimal.csv",
            "id;price;text\n1;1,5;a, b\n2;2,0;\"b;c\"\n3;3,1;c\n",
            &["a, b", "b;c", "c"],
        ),
        plain(
            "lines.csv",
            "id\ttext\tnote\n1\t\"one\nline two\"\tx\n2\tb\t\n3\tc, d\tx|y\n",
            &["one\nline two", "b", "c, d"],
        ),
        plain(
            "bars.csv",
            "\"id\"|\"note\"|\"text\"\r\n\"1\"|\"\"|\"a, b; c\"\r\n\
             \"2\"|\"x\"|\"b \"\"|\"\" c\"\r\n3||c",
            &["a, b; c", "b \"|\" c", "c"],
        ),
        plain(
            "single.csv",
            "'id';'text'\n'1';'It''s; \"a\"'\n'2';'b, c'\n3;c\n",
            &["It's; \"a\"", "b, c", "c"],
        ),
        plain(
            "escaped.tsv",
            "id\ttext\n1\t\"a \\\"b\\\"\tc\"\n2\t\"b \\\\ \\\"c\\\"\"\n3\tc\n",
            &["a \"b\"\tc", "b \\ \"c\"", "c"],
        ),
        plain(
            "blanks.csv",
            "id; text ;note\n1;  \"a; b\";x\n2; \"b \"\"c\"\"\" ;\n3; c ;y\n",
            &["a; b", "b \"c\"", "c"],
        ),
    ]
}

/// JSON with words in the place of numbers.
pub fn non_numbers() -> Vec<DialectFile> {
    vec![
        plain(
            "returns.jsonl",
            "{\"n\":NaN,\"text\":\"a\"}\r\n{\"text\":\"b\",\"n\":-Infinity}\r\n\
             {\"text\":\"c\"}\r\n",
            &["a", "b", "c"],
        ),
        plain(
            "lists.jsonl",
            "{\"v\":[NaN, 1.5,[Infinity,-Infinity]],\"text\":\"a\"}\n\
             {\"v\":{\"NaN\":NaN},\"text\":\"b\"}\n{\"text\":\"c\"}\n",
            &["a", "b", "c"],
        ),
        plain(
            "words.jsonl",
            "{\"text\":\"NaN, Infinity\",\"n\":NaN}\n{\"text\":\"say \\\"NaN\\\"\",\"n\":nan}\n\
             {\"NaN\":\"x\",\"text\":\"c\"}\n",
            &["NaN, Infinity", "say \"NaN\"", "c"],
        ),
        plain(
            "pretty.json",
            "[\n  {\n    \"score\": NaN,\n    \"text\": \"a\"\n  },\n  {\n    \
             \"text\": \"b\",\n    \"score\": -Infinity\n  },\n  \
             { \"text\": \"c\", \"score\": 1 }\n]\n",
            &["a", "b", "c"],
        ),
        DialectFile {
            bytes:
                "{\"text\":\"a\",\"n\":NaN}\n{\"n\":Infinity,\"text\":\"é\"}\n{\"text\":\"c\"}\n"
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect(),
            encoding: Some("UTF-16BE"),
            ..plain("wide.jsonl", "", &["a", "é", "c"])
        },
    ]
}

/// A file in an encoding that nothing declares.
fn encoded(
    name: &'static str,
    label: &'static str,
    before: &str,
    between: &str,
    after: &str,
    texts: [&'static str; 3],
) -> DialectFile {
    let all = format!("{before}{}{after}", texts.join(between));
    let (bytes, used, lossy) = Encoding::for_label(label.as_bytes()).unwrap().encode(&all);
    assert!(!lossy, "{label} has not all letters of {name}");
    let (bytes, encoding) = (bytes.into_owned(), Some(used.name()));
    DialectFile { name, bytes, texts: texts.to_vec(), encoding }
}

/// Files in encodings that are recognised by their bytes.
pub fn encodings() -> Vec<DialectFile> {
    let (begin, between, end) = ("{\"text\":\"", "\"}\n{\"text\":\"", "\"}\n");
    vec![
        encoded(
            "greek.csv",
            "windows-1253",
            "text;n\n",
            ";1\n",
            ";2\n",
            [
                "Το δημοτικό συμβούλιο αποφάσισε να κλείσει τη γέφυρα μέχρι το τέλος του μήνα.",
                "Οι ψαράδες λένε πως η νέα αποβάθρα θα κοστίσει τα διπλά.",
                "Το μουσείο ανοίγει την άνοιξη.",
            ],
        ),
        encoded(
            "korean.jsonl",
            "euc-kr",
            begin,
            between,
            end,
            [
                "시의회는 다리를 이번 달 말까지 보수 공사를 위해 폐쇄하기로 결정했다고 밝혔다.",
                "어민들은 새 부두가 약속한 것보다 두 배나 비싸다고 말한다.",
                "박물관은 봄에 문을 연다.",
            ],
        ),
        encoded(
            "chinese.csv",
            "big5",
            "text,n\r\n",
            ",1\r\n",
            ",2\r\n",
            [
                "市議會決定在本月底之前關閉大橋進行維修，漁民們表示新碼頭的費用將是春天承諾的兩倍。",
                "博物館將在春天開放，展出在港口檔案中發現的舊地圖。",
                "渡輪改在北岸停靠。",
            ],
        ),
        encoded(
            "polish.csv",
            "windows-1250",
            "text|n\n",
            "|1\n",
            "|2\n",
            [
                "Wieść z rady miasta: most zostanie zamknięty do końca przyszłego miesiąca.",
                "Rybacy mówią, że nowa przystań będzie dwa razy droższa, i piszą nieśmiało.",
                "Święto portu: muzeum otworzy wystawę starych map, żeby je pokazać gościom.",
            ],
        ),
        encoded(
            "hebrew.jsonl",
            "windows-1255",
            begin,
            between,
            end,
            [
                "מועצת העיר החליטה לסגור את הגשר לתיקונים עד סוף החודש הבא.",
                "הדייגים אומרים שהמזח החדש יעלה כפליים ממה שהובטח באביב.",
                "המוזיאון ייפתח באביב.",
            ],
        ),
    ]
}

/// Markdown with front matter.
pub struct Post {
    pub name: &'static str,
    pub head: &'static str,
    pub text: &'static str,
    pub title: &'static str,
    pub date: &'static str,
}

/// Posts as the generators of sites write them.
pub const POSTS: [Post; 6] = [
    Post {
        name: "comment.md",
        head: "---\n# a comment\ntitle: 'It''s open: bridge'\ntags:\n  - a\n  - b\n\
               date: 2026-03-01T10:00:00+02:00\n---\n",
        text: "The bridge closes on Monday.\n",
        title: "It's open: bridge",
        date: "2026-03-01T08:00:00Z",
    },
    Post {
        name: "folded.md",
        head: "---\ntitle: >-\n  A long\n  title\ndate: 1 March 2026\n---\n",
        text: "\nThe ferry sails.\n\n---\nA rule stays.\n---\n",
        title: "A long title",
        date: "2026-03-01",
    },
    Post {
        name: "table.markdown",
        head: "+++\r\ntitle = \"A \\\"quoted\\\" title\"\r\ndate = 2026-03-01\r\n\
               tags = [\"a\"]\r\n[extra]\r\nx = 1\r\n+++\r\n",
        text: "Rain is expected.\r\n",
        title: "A \"quoted\" title",
        date: "2026-03-01",
    },
    Post {
        name: "object.md",
        head: "{\n \"headline\": \"Head\",\n \"published\": \"2026-03-01T10:00:00Z\",\n \
               \"more\": {\"a\": [1, 2]}\n}\n",
        text: "\nThe museum opens.\n",
        title: "Head",
        date: "2026-03-01T10:00:00Z",
    },
    Post {
        name: "dots.md",
        head: "---\ntitle: Dots\ndate: 2026-03-01\n...\n",
        text: "Wheat prices fell.",
        title: "Dots",
        date: "2026-03-01",
    },
    Post {
        name: "names.md",
        head: "\u{feff}---\nheadline: \"A: b\"\npubDate: 2026-03-01 10:00\n\
               author: {name: x}\n---\n",
        text: "The council voted.\n",
        title: "A: b",
        date: "2026-03-01T10:00:00Z",
    },
];
