//! The forms in which a server may echo a key: decoding of texts, and detection of encoded
//! keys.
//!
//! Two steps. [`decode`] reverses the escapes that formats apply to any text (JSON, HTML,
//! URLs) and removes invisible characters. A key that is then readable was in clear text. A
//! [`Secret`] is detected where a whole key is encoded: as base64, base32, hexadecimal or a
//! list of numbers, split, reversed or in look-alike letters.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use zeroize::Zeroizing;

/// How often a text is decoded: nested encodings, of which a proxy and a program behind it
/// create three or four.
const ROUNDS: usize = 8;

/// The minimum number of letters and digits of a key that is searched for in all forms. A
/// shorter one would match unrelated text.
pub(super) const FEWEST: usize = 6;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Returns a text as people read it: decoded until it no longer changes, without invisible
/// characters, with white space as single spaces.
pub(super) fn decode(text: &str) -> String {
    decode_masked(text, |text| text)
}

/// Like [`decode`], with the addresses masked before each step that could decode a character which
/// then seems to end them.
pub(super) fn decode_masked(text: &str, mask: impl Fn(String) -> String) -> String {
    let mut plain = visible(text);
    for _ in 0..ROUNDS {
        let next = visible(&percent(&mask(entities(&mask(escapes(&plain))))));
        if next == plain {
            break;
        }
        plain = next;
    }
    plain
}

/// Removes invisible characters and reduces white space to single spaces.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.nfkc().peekable();
    while let Some(c) = chars.next() {
        // A terminal control sequence: ESC, `[`, parameters, a letter.
        if c == '\u{1b}' && chars.next_if_eq(&'[').is_some() {
            while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
            chars.next_if(|c| matches!(c, '@'..='~'));
        } else if c.is_whitespace() {
            if !shown.ends_with(' ') {
                shown.push(' ');
            }
        } else if !matches!(
            c.general_category(),
            GeneralCategory::Control | GeneralCategory::Format
        ) && !matches!(c, '\u{34f}' | '\u{fe00}'..='\u{fe0f}')
        {
            shown.push(c);
        }
    }
    shown.trim().to_owned()
}

/// Decodes the escapes of JSON and of programming languages.
fn escapes(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        shown.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(kind) = rest.chars().next() else {
            shown.push('\\');
            break;
        };
        let after = &rest[kind.len_utf8()..];
        let number = match kind {
            'u' if after.starts_with('{') => {
                after.find('}').map(|end| (&after[1..end], end + 1, 16))
            }
            'u' => after.get(..4).map(|digits| (digits, 4, 16)),
            'U' => after.get(..8).map(|digits| (digits, 8, 16)),
            'x' => after.get(..2).map(|digits| (digits, 2, 16)),
            _ => None,
        };
        let octal = rest.get(..3).filter(|_| kind.is_digit(8));
        let number = number.or(octal.map(|digits| (digits, 3 - kind.len_utf8(), 8)));
        let decoded = number.and_then(|(digits, length, radix)| {
            let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
            Some((c, length))
        });
        match (decoded, kind) {
            (Some((c, length)), _) => {
                shown.push(c);
                rest = &after[length..];
                continue;
            }
            (None, 'n' | 'r' | 't' | 'b' | 'f') => shown.push(' '),
            (None, '/' | '"' | '\\' | '\'' | '`' | '&' | '-' | '.' | '_' | '=') => shown.push(kind),
            (None, kind) => shown.extend(['\\', kind]),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Decodes the references of HTML and XML. Numeric ones may lack their semicolon.
fn entities(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        shown.push_str(before);
        let (digits, radix) = match after.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (after, 10),
        };
        let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        match u32::from_str_radix(&digits[..length], radix).ok().and_then(char::from_u32) {
            None => {
                shown.push_str("&#");
                rest = after;
            }
            Some(c) => {
                shown.push(c);
                rest = &digits[length..];
                rest = rest.strip_prefix(';').unwrap_or(rest);
            }
        }
    }
    shown.push_str(rest);
    html_escape::decode_html_entities(&shown).into_owned()
}

/// Decodes the percent-encoding of URLs, and that of JavaScript's `escape`.
fn percent(text: &str) -> String {
    let text = if text.contains("%u") { escapes(&text.replace("%u", "\\u")) } else { text.into() };
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// Decodes quoted-printable, the encoding of e-mails.
fn quoted_printable(text: &str) -> String {
    let text = text.replace("= ", "").replace('%', "%25");
    percent_decode_str(&text.replace('=', "%")).decode_utf8_lossy().into_owned()
}

/// Removes text between angle brackets.
fn without_tags(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut parts = text.split('<');
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        shown.push_str(part.split_once('>').map_or(part, |(_, after)| after));
    }
    shown
}

/// A text, or encodings of a key, in the forms in which keys are searched for.
#[derive(Clone, Default)]
struct Forms<T> {
    /// The ASCII letters and digits, in lower case.
    squeezed: T,
    /// The same without the prefixes of numbers.
    digits: T,
    /// Without white space, in the alphabet of base64.
    compact: T,
    /// The numbers, separated by commas.
    numbers: T,
}

impl Forms<String> {
    fn of(text: &str) -> Forms<String> {
        let squeezed = squeeze(text);
        let lower = text.to_ascii_lowercase();
        let digits = squeeze(&lower.replace("0x", " ").replace("\\x", " "));
        let compact = text.chars().filter(|c| !c.is_whitespace() && !"\"',\\".contains(*c));
        let compact = compact.map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        });
        let numbers: Vec<&str> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect();
        Forms { digits, compact: compact.collect(), numbers: numbers.join(","), squeezed }
    }
}

/// Returns the ASCII letters and digits of a text in lower case, ignoring everything
/// between them.
fn squeeze(text: &str) -> String {
    text.nfkd().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A text that must not be shown, in the forms that are searched for.
#[derive(Clone)]
pub(super) struct Secret {
    pub text: SecretString,
    forms: Forms<Zeroizing<Vec<String>>>,
}

impl Secret {
    /// Returns a key, which is detected in any form.
    pub(super) fn key(text: &SecretString) -> Secret {
        let key = text.expose_secret();
        let squeezed = squeeze(key);
        if squeezed.len() < FEWEST {
            return Secret::phrase(text);
        }
        let bytes = key.as_bytes();
        let reversed = squeezed.chars().rev().collect();
        let wide =
            |order: fn(u16) -> [u8; 2]| -> Vec<u8> { key.encode_utf16().flat_map(order).collect() };
        let wide = [wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
        let list = |number: fn(&u8) -> String| -> String {
            bytes.iter().map(number).collect::<Vec<_>>().join(",")
        };
        let lists = [
            list(|byte| format!("{byte}")),
            list(|byte| format!("{byte:o}")),
            list(|byte| format!("{byte:03o}")),
            list(|byte| format!("{byte:03}")),
        ];
        let all = || std::iter::once(bytes).chain(wide.iter().map(Vec::as_slice));
        let mut squeezed = vec![squeezed, reversed];
        squeezed.extend((0..5).map(|before| core(bytes, before, 5, BASE32)));
        let compact = all().flat_map(|bytes| (0..3).map(|before| core(bytes, before, 6, BASE64)));
        let forms = Forms {
            squeezed: Zeroizing::new(squeezed),
            digits: Zeroizing::new(all().map(hex).collect()),
            compact: Zeroizing::new(compact.collect()),
            numbers: Zeroizing::new(lists.into()),
        };
        Secret { text: text.clone(), forms }
    }

    /// Returns a text that is secret only in this wording.
    pub(super) fn phrase(text: &SecretString) -> Secret {
        Secret { text: text.clone(), forms: Forms::default() }
    }

    /// Returns the length of the shortest form.
    pub(super) fn shortest(&self) -> usize {
        match self.forms.squeezed.first() {
            Some(squeezed) => squeezed.len(),
            None => self.text.expose_secret().len(),
        }
    }

    fn is_in(&self, text: &str, view: &Forms<String>) -> bool {
        let Secret { text: secret, forms: Forms { squeezed, digits, compact, numbers } } = self;
        let any = |forms: &[String], text: &str| forms.iter().any(|form| text.contains(form));
        text.contains(secret.expose_secret())
            || any(squeezed, &view.squeezed)
            || any(digits, &view.digits)
            || any(compact, &view.compact)
            || any(numbers, &view.numbers)
    }
}

/// Returns whether any of these secrets is in a text, in any form.
pub(super) fn holds(text: &str, secrets: &[Secret]) -> bool {
    let plain = decode(text);
    // Most texts are the same in all forms, so one search is enough.
    let views =
        BTreeSet::from([text.to_owned(), quoted_printable(&plain), without_tags(&plain), plain]);
    views.iter().any(|text| {
        let view = Forms::of(text);
        secrets.iter().any(|secret| secret.is_in(text, &view))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the characters that encode these bytes independently of their neighbours, where
/// `before` bytes precede them in their group of `bits` per character.
fn core(bytes: &[u8], before: usize, bits: usize, alphabet: &[u8]) -> String {
    let padded: Vec<u8> = vec![0; before].into_iter().chain(bytes.iter().copied()).collect();
    let bit = |at: usize| usize::from(padded[at / 8] >> (7 - at % 8) & 1);
    let first = (before * 8).div_ceil(bits);
    let end = padded.len() * 8 / bits;
    let character = |at: usize| {
        let value = (0..bits).fold(0, |value, n| value << 1 | bit(at * bits + n));
        char::from(alphabet[value])
    };
    (first..end).map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_decoded_to_what_they_mean() {
        for (text, plain) in [
            (r#"{\"a\": \"x\\/y\"}"#, r#"{"a": "x/y"}"#),
            (r"\u0073\x33\u{63}\162\U00000065t", "s3cret"),
            ("&#115;&#x33;&#99;ret &amp; &lt;&quot;&shy;", "s3cret & <\""),
            ("%73%33cret%2520%u0041", "s3cret A"),
            ("s\u{0}3\u{ad}c\u{200b}r\u{1b}[31me\u{2060}t", "s3cret"),
            ("\u{ff53}\u{ff13}cret\n\t now", "s3cret now"),
            (
                "C:\\Program Files & 100% of it &unknown; \\",
                "C:\\Program Files & 100% of it &unknown; \\",
            ),
        ] {
            assert_eq!(decode(text), plain, "{text}");
        }
    }

    #[test]
    fn the_core_of_an_encoding_is_there_whatever_is_around_it() {
        use base64::prelude::{BASE64_STANDARD, Engine};
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}s3cret-value&more{}", "b".repeat(before), "a".repeat(after));
                let encoded = BASE64_STANDARD.encode(text);
                let core = core(b"s3cret-value&more", before % 3, 6, BASE64);
                assert!(core.len() > 20 && encoded.contains(&core), "{encoded} {core}");
            }
        }
    }
}
