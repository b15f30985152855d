//! When two names look alike.
//!
//! Decisions compare names byte for byte. The folded form finds pairs of names that people
//! would confuse, so that no duplicate is created.

use crate::lookup::Lookup;
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_security::skeleton;

/// A name without case, white space, Unicode form, look-alike characters, HTML entities and a wrong
/// encoding.
/// Two names look alike if [`Folded::same_as`] returns true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The lookup keys, without duplicates; usually one or two. Two names that share one
    /// look alike.
    pub(crate) keys: Vec<String>,
}

impl Folded {
    /// Returns whether people would confuse the two names.
    pub fn same_as(&self, other: &Folded) -> bool {
        self.keys.iter().any(|key| other.keys.contains(key))
    }
}

/// How often a name is decoded: each system that a name passes through may encode it once more.
const MAX_DECODINGS: usize = 4;

/// Folds a name.
///
/// Case and look-alikes depend on each other: `I` looks like `l`, and `i` does not; `т` is no
/// look-alike of `t`, and `Т` is one of `T`. So a name has several forms, and two names look
/// alike if they share one. A name that was read in a wrong encoding has those of the right one,
/// too.
pub fn fold(name: &str) -> Folded {
    let mut name = decoded(name);
    let mut keys = Vec::new();
    add_keys(&name, &mut keys);
    for _ in 0..MAX_DECODINGS {
        let Some(repaired) = with_semicolons(&name).or_else(|| without_mojibake(&name)) else {
            break;
        };
        name = Cow::Owned(decoded(&repaired).into_owned());
        add_keys(&name, &mut keys);
    }
    // An ASCII name has at most two, which differ.
    if keys.len() > 2 {
        keys.sort();
        keys.dedup();
    }
    Folded { keys }
}

/// Adds the keys of a name's forms.
fn add_keys(name: &str, keys: &mut Vec<String>) {
    let mut add = |form: &str| {
        keys.push(fold_form(form));
        if form.contains(STROKES) {
            keys.push(fold_form(&form.replace(STROKES, STROKE)));
        }
    };
    if name.is_ascii() {
        // `STROKE` is one of them.
        return match name.bytes().any(|byte| byte.is_ascii_control()) {
            false => add(name),
            true => add(&name.replace(is_hidden, "")),
        };
    }
    let is_seen = |c: &char| !c.is_whitespace() && !is_hidden(*c);
    let plain: String = name.nfkc().filter(is_seen).map(dash).collect();
    add(&plain);
    if plain.contains(UNSURE) {
        add(&plain.replace('\u{ad}', "-").replace('İ', "I"));
    }
    // With look-alikes before case: for `ACME` with a Cyrillic `А`.
    add(&plain.chars().map(|c| latin(c, [str::to_owned, str::to_uppercase])).collect::<String>());
    add(&plain.chars().map(|c| latin(c, [str::to_uppercase, str::to_owned])).collect::<String>());
    // Unnormalized as well: the compatibility form of an acute accent is a space with an
    // accent.
    add(&name.chars().filter(is_seen).map(dash).collect::<String>());
}

/// Returns whether a character is never part of what a name shows: control characters, and those
/// that mark annotations. Unicode's own look-alike table removes other invisible characters.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fff9}'..='\u{fffb}')
}

/// The characters that are seen in another way, too: a soft hyphen may be shown as a hyphen, and a
/// capital `I` with a dot is one.
const UNSURE: [char; 2] = ['\u{ad}', 'İ'];

/// Returns a name without HTML entities.
fn decoded(name: &str) -> Cow<'_, str> {
    let mut name = Cow::Borrowed(name);
    for _ in 0..MAX_DECODINGS {
        if !name.contains('&') {
            break;
        }
        let decoded = html_escape::decode_html_entities(&name).into_owned();
        if decoded == name {
            break;
        }
        name = Cow::Owned(decoded);
    }
    name
}

/// Returns a name in which the entities that HTML allows without a semicolon have one, or `None` if
/// it has none of them: numbers, the characters of the syntax, and those of Latin-1
/// (<https://html.spec.whatwg.org/multipage/named-characters.html>, seen on 2026-11-28).
fn with_semicolons(name: &str) -> Option<String> {
    if !name.contains('&') {
        return None;
    }
    let mut parts = name.split('&');
    let mut closed = parts.next()?.to_owned();
    let mut is_changed = false;
    for part in parts {
        let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '#';
        let (word, rest) = part.split_at(part.find(is_end).unwrap_or(part.len()));
        let entity = format!("&{word};");
        let decoded = html_escape::decode_html_entities(&entity);
        let is_known = decoded != entity
            && (word.starts_with('#')
                || decoded.contains(['&', '<', '>', '"'])
                || decoded.chars().all(|c| matches!(c, '\u{a0}'..='\u{ff}')));
        if is_known && !rest.starts_with(';') {
            closed += &entity;
            closed += rest;
            is_changed = true;
        } else {
            closed.push('&');
            closed += part;
        }
    }
    is_changed.then_some(closed)
}

/// The characters of the bytes 0x80 to 0x9F in Windows-1252
/// (<https://encoding.spec.whatwg.org/index-windows-1252.txt>, seen on 2026-11-28).
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// Returns a text whose parts that are UTF-8 read as Windows-1252 are read as UTF-8, or `None` if
/// there is no such part.
pub(crate) fn without_mojibake(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let byte = |c: &char| {
        let high = WINDOWS_1252.chars().zip(0x80..).find(|(other, _)| other == c);
        high.map(|(_, byte)| byte).or_else(|| u8::try_from(*c).ok())
    };
    let characters: Vec<char> = text.chars().collect();
    let mut read = String::new();
    let mut is_changed = false;
    for part in characters.chunk_by(|a, b| a.is_ascii() == b.is_ascii()) {
        let bytes: Option<Vec<u8>> = part.iter().map(byte).collect();
        match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(part) => {
                is_changed |= !part.is_ascii();
                read += &part;
            }
            None => read.extend(part),
        }
    }
    is_changed.then_some(read)
}

/// The ASCII characters that look like a vertical stroke. In lower case, `I` would no longer be
/// one, and `L` would be one.
const STROKES: [char; 4] = ['I', 'l', '1', '|'];

/// What replaces a stroke: no name has it.
const STROKE: &str = "\0";

/// Folds a form of a name: case first, then look-alikes, then the case of those.
fn fold_form(form: &str) -> String {
    if form.is_ascii() {
        return fold_ascii(form);
    }
    fold_case(&skeleton(&fold_case(form)).collect::<String>())
}

/// Returns the ASCII look-alike of a character in the first of these cases that has one, or the
/// character.
fn latin(c: char, cases: [fn(&str) -> String; 2]) -> String {
    let own = String::from(c);
    if c.is_ascii() {
        return own;
    }
    let mut found = cases.iter().map(|case| skeleton(&case(&own)).collect::<String>());
    found.find(|found| found.is_ascii()).unwrap_or(own)
}

/// Unicode's own look-alike table does not include the longer dashes.
fn dash(c: char) -> char {
    match c.general_category() {
        GeneralCategory::DashPunctuation => '-',
        _ => c,
    }
}

/// Gives the same result for ASCII names at a hundredth of the cost: every run folds the
/// whole fleet.
fn fold_ascii(name: &str) -> String {
    static SHAPES: LazyLock<[String; 128]> = LazyLock::new(|| {
        std::array::from_fn(|byte| {
            let c = char::from(byte as u8).to_ascii_lowercase();
            let shape: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
            if c.is_whitespace() { String::new() } else { fold_case(&shape) }
        })
    });
    let shapes = &*SHAPES;
    let mut folded = String::with_capacity(name.len() + 8);
    for byte in name.bytes() {
        let shape = &shapes[usize::from(byte)];
        match shape.as_bytes() {
            [one] => folded.push(char::from(*one)),
            _ => folded.push_str(shape),
        }
    }
    folded
}

/// Removes case from a text. Lower case alone is not enough: `STRASSE` has no `ß`, and a
/// small sigma has another form at the end of a word, so characters are folded one by one.
fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Items indexed by look-alike names.
#[derive(Clone, Debug)]
pub(crate) struct LookAlikes<T> {
    by_key: Lookup<String, Vec<T>>,
}

impl<T: Clone> LookAlikes<T> {
    /// Folds every name once.
    pub(crate) fn new<'a>(named: impl Iterator<Item = (&'a str, T)>) -> LookAlikes<T> {
        let mut by_key: Lookup<String, Vec<T>> = Lookup::default();
        for (name, thing) in named {
            for key in fold(name).keys {
                by_key.entry(key).push(thing.clone());
            }
        }
        LookAlikes { by_key }
    }

    /// Returns the items whose names look like this one, possibly with duplicates.
    pub(crate) fn of(&self, name: &str) -> Vec<&T> {
        let keys = fold(name).keys;
        keys.iter().filter_map(|key| self.by_key.get(key.as_str())).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> bool {
        fold(a).same_as(&fold(b))
    }

    #[test]
    fn names_that_people_would_take_for_one_look_alike() {
        for (a, b) in [
            ("Acme Apparel", "ACME APPAREL"),
            ("Acme Apparel", " Acme  Apparel "),
            ("Acme Apparel", "AcmeApparel"),
            ("Acme Apparel", "Acme\u{a0}Apparel"),
            ("Café", "Cafe\u{301}"),
            ("ACME", "\u{410}CME"),
            ("acme", "\u{430}cme"),
            ("Acme", "\u{391}cme"),
            ("Acme", "\u{ff21}\u{ff43}\u{ff4d}\u{ff45}"),
            ("BETA", "\u{412}ETA"),
            ("ILLY", "illy"),
            ("Вега", "ВЕГА"),
            ("Straße", "STRASSE"),
            ("Straße", "STRAẞE"),
            ("Straße & Söhne", "STRASSE & SÖHNE"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ΟΔΟΣ", "οδος"),
            ("οδος", "οδοσ"),
            ("Dune-Co", "Dune\u{2011}Co"),
            ("Dune-Co", "Dune\u{2013}Co"),
            ("Dune-Co", "Dune\u{2014}Co"),
            ("Dune-Co", "Dune\u{2212}Co"),
            ("Acme", "Ac\u{200b}me"),
            ("Acme", "Acme\0"),
            ("Acme", "Ac\u{7}me"),
            ("Acme", "\u{1b}Acme\u{7f}"),
            ("Acme", "Acme\u{80}\u{9f}"),
            ("Acme", "Ac\u{fff9}m\u{fffa}e\u{fffb}"),
            ("Café", "Café\0"),
            ("Bill", "BiII\0"),
            ("Kilo-Tri", "Kilo\u{ad}Tri"),
            ("KiloTri", "Kilo\u{ad}Tri"),
            ("Istanbul", "İstanbul"),
            ("istanbul", "İSTANBUL"),
            ("Ben & Hollis", "Ben &amp; Hollis"),
            ("O'Neill", "O&#39;Neill"),
            ("Ben & Hollis", "Ben &amp;amp; Hollis"),
            ("Ben & Hollis", "Ben &amp;amp;amp; Hollis"),
            ("O'Neill", "O&amp;#39;Neill"),
            ("Ben & Hollis", "Ben &amp Hollis"),
            ("Ben & Hollis", "Ben &AMP Hollis"),
            ("Café", "Caf&eacute"),
            ("Café Bar", "Caf&amp;eacute Bar"),
            ("O'Neill", "O&#39 Neill"),
            ("Café", "CafÃ©"),
            ("Café", "cafÃ©"),
            ("Café", "CafÃƒÂ©"),
            ("Café", "Caf&Atilde;&copy;"),
            ("Kid’s Bay", "Kidâ€™s Bay"),
            ("Škoda É", "Å\u{a0}koda Ã‰"),
            ("Вега", "Ð’ÐµÐ³Ð°"),
            ("O'Neill", "O\u{b4}Neill"),
            ("O'Neill", "O\u{2019}Neill"),
            ("Cove", "C0ve"),
            ("Cove", "COVE"),
            ("Alpha", "AIpha"),
            ("alpha", "AIpha"),
            ("Iris", "lris"),
            ("Iris", "1ris"),
            ("Iris", "|ris"),
            ("Bill", "BiII"),
            ("BILL", "BlLL"),
            ("Il Lido", "lI Lido"),
            ("Café Alpha", "Café AIpha"),
            ("Alpha", "\u{410}Ipha"),
            ("Tom", "Том"),
            ("tom", "том"),
            ("TOM", "Том"),
            ("Beta", "Вета"),
            ("Acme", "Асме"),
            ("Mika", "Міка"),
            ("Kin", "Кin"),
            ("Kin", "кin"),
            ("Hope", "нope"),
            ("Nike", "\u{39d}ike"),
            ("NIKE", "ΝΙΚΕ"),
            ("NIKE", "νικε"),
            ("Tom", "Τom"),
        ] {
            assert!(alike(a, b) && alike(b, a), "{a:?} and {b:?}");
            let index = LookAlikes::new([(a, ())].into_iter());
            assert!(!index.of(b).is_empty(), "{a:?} in the index of {b:?}");
        }
    }

    #[test]
    fn the_short_way_folds_as_the_long_one() {
        for byte in 0..128 {
            let name = format!("a{}b", char::from(byte));
            let mut short = fold(&name).keys;
            short.sort();
            let long: Vec<String> = short.iter().map(|key| format!("{key}e\u{301}")).collect();
            assert_eq!(fold(&format!("{name}é")).keys, long);
        }
    }

    #[test]
    fn other_names_do_not() {
        for (a, b) in [
            ("Acme", "Acme AU"),
            ("Café", "Cafe"),
            ("Dune Co", "Dune & Co"),
            ("A", "B"),
            ("Straße", "Strase"),
            ("ΟΔΟΣ", "ΟΔΟ"),
            ("Ben Hollis", "Ben &amp; Hollis"),
            ("Ben & Hollis", "Ben &ampere Hollis"),
            ("Fish & Co", "Fish &lambda Co"),
            ("Cafe", "CafÃ©"),
            ("SA PAULO", "SÃO PAULO"),
            ("O'Neill", "ONeill"),
            ("Cove", "C8ve"),
            ("Aida", "Alda"),
            ("AIDO", "ALDO"),
            ("Iana", "Lana"),
            ("Mia", "Mla"),
            ("Bill", "Bell"),
            ("Bill", "B\0\0"),
            ("Ill", "\0\0\0"),
            ("Kilo-Tri", "KiloTri"),
            ("Dima", "Дима"),
            ("Tom", "Дом"),
            ("Vena", "Вена"),
        ] {
            assert!(!alike(a, b) && !alike(b, a), "{a:?} and {b:?}");
            let index = LookAlikes::new([(a, ())].into_iter());
            assert!(index.of(b).is_empty(), "{a:?} in the index of {b:?}");
        }
    }

    #[test]
    fn text_in_a_wrong_encoding_is_recognized_in_every_script() {
        for good in ["ž", "Š", "İ", "ш", "ש", "ا", "\u{feff}", "€", "Αβ", "ć", "日本", "😀", "’"]
        {
            let read = good.bytes().map(|byte| match byte {
                0x80..0xA0 => WINDOWS_1252.chars().nth(usize::from(byte - 0x80)).unwrap(),
                _ => char::from(byte),
            });
            let read = format!("Shop {} no", read.collect::<String>());
            let good = format!("Shop {good} no");
            assert_eq!(without_mojibake(&read).as_deref(), Some(&*good), "{read}");
            assert_eq!(without_mojibake(&good), None);
        }
        for good in ["SÃO PAULO", "Åse Øre", "Kid's Báy ÿ", "Acme® “x”"] {
            assert_eq!(without_mojibake(good), None);
        }
    }
}
