//! Encodings in which a server may echo a key; used by the tests of the redactor and of the
//! whole program.

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, Engine};

/// Returns a key in many encodings, each with its name.
pub(crate) fn encodings(key: &str) -> Vec<(&'static str, String)> {
    let each = |write: &dyn Fn(u8) -> String| key.bytes().map(write).collect::<String>();
    let joined = |by: &str, write: &dyn Fn(u8) -> String| {
        key.bytes().map(write).collect::<Vec<_>>().join(by)
    };
    let between = |by: &str| key.chars().map(String::from).collect::<Vec<_>>().join(by);
    let percent = each(&|b| format!("%{b:02x}"));
    vec![
        ("plain", key.to_owned()),
        ("upper case", key.to_ascii_uppercase()),
        ("json \\u", each(&|b| format!("\\u{b:04x}"))),
        ("json \\u in json", each(&|b| format!("\\\\u{b:04X}"))),
        ("\\x", each(&|b| format!("\\x{b:02x}"))),
        ("\\u{}", each(&|b| format!("\\u{{{b:x}}}"))),
        ("octal", each(&|b| format!("\\{b:03o}"))),
        ("percent", percent.clone()),
        ("percent in percent", percent.replace('%', "%25")),
        ("percent three times", percent.replace('%', "%2525")),
        ("%u", each(&|b| format!("%u{b:04x}"))),
        ("html decimal", each(&|b| format!("&#{b};"))),
        ("html hexadecimal", each(&|b| format!("&#x{b:X};"))),
        ("html in html", each(&|b| format!("&amp;#{b};"))),
        ("html without semicolons", each(&|b| format!("&#0{b}"))),
        ("base64", BASE64_STANDARD.encode(key)),
        ("base64 without padding", BASE64_STANDARD_NO_PAD.encode(key)),
        ("base64 for urls", BASE64_URL_SAFE.encode(key)),
        ("base64 of a login", BASE64_STANDARD.encode(format!("admin:{key}"))),
        ("base64 of more", BASE64_STANDARD.encode(format!("[{key}] was refused"))),
        ("base64 in lines", {
            let text = BASE64_STANDARD.encode(key);
            format!("{}\n{}", &text[..10], &text[10..])
        }),
        ("hexadecimal", each(&|b| format!("{b:02x}"))),
        ("hexadecimal upper case", each(&|b| format!("{b:02X}"))),
        ("hexadecimal with colons", joined(":", &|b| format!("{b:02x}"))),
        ("hexadecimal with 0x", joined(", ", &|b| format!("0x{b:02x}"))),
        ("numbers", joined(",", &|b| b.to_string())),
        ("quoted-printable", each(&|b| format!("={b:02X}"))),
        ("soft hyphens", between("\u{ad}")),
        ("zero width", between("\u{200b}")),
        ("control characters", between("\u{1}")),
        ("nul", between("\u{0}")),
        ("colours", between("\u{1b}[31m")),
        ("line break", format!("{}\n{}", &key[..6], &key[6..])),
        ("spaces", between(" ")),
        ("tags", between("<wbr>")),
        ("full width", {
            let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap();
            key.chars().map(wide).collect()
        }),
        ("reversed", key.chars().rev().collect()),
    ]
}
