//! Retailer names: the suffix, and when two names look alike.
//!
//! Names are compared byte for byte wherever it matters. The folded form exists to
//! find the pairs that people would take for one name, so that no twin is created.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_security::skeleton;

/// Returns the OmniReturns name with the partner's suffix (step E7.1).
pub fn with_suffix(base: &str, suffix: &str) -> String {
    format!("{base} {suffix}")
}

/// Says whether the name ends in the suffix, byte for byte, after a base name.
pub fn has_suffix(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .and_then(|rest| rest.strip_suffix(' '))
        .is_some_and(|base| !base.is_empty() && !base.ends_with(char::is_whitespace))
}

/// Returns an OmniReturns name without the suffix, or without what was meant as one.
pub fn base<'a>(name: &'a str, suffix: &str) -> &'a str {
    if has_suffix(name, suffix) {
        return name.strip_suffix(suffix).map_or(name, str::trim_end);
    }
    suffix_variant_base(name, suffix).unwrap_or(name)
}

/// Returns the name that was probably meant.
pub fn closest<'a>(names: impl Iterator<Item = &'a str>, meant: &str) -> Option<&'a str> {
    names
        .map(|name| (strsim::jaro_winkler(name, meant), name))
        // Two or three slips in a name of usual length; below it is another name.
        .filter(|(score, _)| *score > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// How two names differ that have to be the same byte for byte. As text it completes
/// "the names differ …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first byte that differs, counted from 1.
    pub at: usize,
    /// The name that the file declares, with all its characters to be seen.
    pub declared: String,
    /// The name that the record has, likewise.
    pub live: String,
}

/// Compares two names byte for byte; `None` where they are the same.
pub fn difference(declared: &str, live: &str) -> Option<Difference> {
    if declared == live {
        return None;
    }
    let same = declared.bytes().zip(live.bytes()).take_while(|(a, b)| a == b).count();
    Some(Difference { at: same + 1, declared: spelled(declared), live: spelled(live) })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { at, declared, live } = self;
        write!(f, "from byte {at} on: the file says \"{declared}\", the record \"{live}\"")
    }
}

/// Spells a name out: what is not plain ASCII is shown by its code point.
fn spelled(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            ' '..='~' => spelled.push(c),
            _ => spelled.push_str(&format!("<U+{:04X}>", u32::from(c))),
        }
    }
    spelled
}

/// How many times longer than the suffix a variant of it is looked for: white space is
/// the only thing that makes one longer, and a name is not allowed to cost more.
const LONGEST_VARIANT: usize = 4;

/// Returns the base of a name that ends in something like the suffix, but not in the
/// suffix itself: another dash, other spaces, other case, look-alike letters.
///
/// The base is a slice of the name without white space at its ends.
pub fn suffix_variant_base<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    if has_suffix(name, suffix) {
        return None;
    }
    let wanted = fold(suffix);
    // The shortest tail that folds to the suffix; a tail is cut between characters only.
    let mut tails = name.char_indices().rev().take(LONGEST_VARIANT * suffix.chars().count());
    let (at, _) = tails.find(|(at, _)| fold(&name[*at..]).same_as(&wanted))?;
    let base = name[..at].trim();
    (!base.is_empty()).then_some(base)
}

/// A name without what people overlook: case, white space, Unicode form and look-alike
/// characters. Two names look alike when [`Folded::same_as`] says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folded {
    /// Case first, then look-alikes: pairs that differ in case within one script.
    by_case: String,
    /// Look-alikes of other scripts first, then case: `ACME` with a Cyrillic `А`.
    by_shape: String,
}

impl Folded {
    /// Says whether people would take the two names for one.
    pub fn same_as(&self, other: &Folded) -> bool {
        self.by_case == other.by_case || self.by_shape == other.by_shape
    }

    /// The keys to look a name up by: two names that share one look alike.
    pub fn keys(&self) -> [&str; 2] {
        [&self.by_case, &self.by_shape]
    }
}

/// Folds a name.
pub fn fold(name: &str) -> Folded {
    let plain: String = name
        .nfkc()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c.general_category() {
            // Unicode's own look-alike table leaves the longer dashes apart.
            GeneralCategory::DashPunctuation => '-',
            _ => c,
        })
        .collect();
    let by_case = skeleton(&plain.to_lowercase()).collect();
    let mut latin = String::new();
    for c in plain.chars() {
        if c.is_ascii() {
            latin.push(c);
        } else {
            latin.extend(skeleton(c.encode_utf8(&mut [0; 4])));
        }
    }
    let by_shape = skeleton(&latin.to_lowercase()).collect();
    Folded { by_case, by_shape }
}

/// Things by name, to be found by any name that looks like theirs.
#[derive(Clone, Debug)]
pub struct LookAlikes<T> {
    by_key: BTreeMap<String, Vec<T>>,
}

impl<T: Clone> LookAlikes<T> {
    /// Folds every name once.
    pub fn new<'a>(named: impl Iterator<Item = (&'a str, T)>) -> LookAlikes<T> {
        let mut by_key: BTreeMap<String, Vec<T>> = BTreeMap::new();
        for (name, thing) in named {
            for key in BTreeSet::from(fold(name).keys()) {
                by_key.entry(key.to_owned()).or_default().push(thing.clone());
            }
        }
        LookAlikes { by_key }
    }

    /// Returns what people would take to be called so; a thing may come twice.
    pub fn of(&self, name: &str) -> Vec<&T> {
        let folded = fold(name);
        folded.keys().into_iter().filter_map(|key| self.by_key.get(key)).flatten().collect()
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
            ("Dune-Co", "Dune\u{2011}Co"),
            ("Dune-Co", "Dune\u{2013}Co"),
            ("Dune-Co", "Dune\u{2014}Co"),
            ("Dune-Co", "Dune\u{2212}Co"),
            ("Acme", "Ac\u{200b}me"),
        ] {
            assert!(alike(a, b), "{a:?} and {b:?}");
        }
    }

    #[test]
    fn other_names_do_not() {
        for (a, b) in [("Acme", "Acme AU"), ("Café", "Cafe"), ("Dune Co", "Dune & Co"), ("A", "B")]
        {
            assert!(!alike(a, b), "{a:?} and {b:?}");
        }
    }

    #[test]
    fn a_difference_names_its_byte_and_shows_what_cannot_be_seen() {
        for (declared, live, told) in [
            ("Acme", "Acme ", r#"from byte 5 on: the file says "Acme", the record "Acme ""#),
            ("Acme", "acme", r#"from byte 1 on: the file says "Acme", the record "acme""#),
            ("A B", "A\u{a0}B", r#"from byte 2 on: the file says "A B", the record "A<U+00A0>B""#),
            ("A\tB", "A B", r#"from byte 2 on: the file says "A<U+0009>B", the record "A B""#),
            // The second byte of a character.
            ("Caf\u{e9}", "Caf\u{e8}", {
                r#"from byte 5 on: the file says "Caf<U+00E9>", the record "Caf<U+00E8>""#
            }),
            ("", "\u{1f455}", r#"from byte 1 on: the file says "", the record "<U+1F455>""#),
        ] {
            let difference = difference(declared, live).map(|found| found.to_string());
            assert_eq!(difference.as_deref(), Some(told));
        }
        for name in ["", "Acme", "Caf\u{e9}"] {
            assert_eq!(difference(name, name), None);
        }
    }

    #[test]
    fn the_suffix_is_recognised_exactly() {
        assert!(has_suffix("Acme - Loop", "- Loop"));
        for name in
            ["Acme", "Acme -Loop", "Acme- Loop", "Acme  - Loop", " - Loop", "- Loop", "Acme - loop"]
        {
            assert!(!has_suffix(name, "- Loop"), "{name:?}");
        }
    }

    #[test]
    fn variants_of_the_suffix_give_their_base() {
        for name in [
            "Acme-Loop",
            "Acme – Loop",
            "Acme -  loop",
            "Acme  - Loop",
            "Acme - LOOP",
            "Acme — Lооp",
            "Acme - Loop ",
        ] {
            assert_eq!(suffix_variant_base(name, "- Loop"), Some("Acme"), "{name:?}");
        }
        for name in ["Acme - Loop", "Acme", "Acme Loop", "Froot Loop", "- Loop", ""] {
            assert_eq!(suffix_variant_base(name, "- Loop"), None, "{name:?}");
        }
    }
}
