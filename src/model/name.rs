//! Retailer names: the suffix, where two names differ, and when they look alike.

mod fold;

pub use fold::{Folded, fold};
pub(crate) use fold::{LookAlikes, without_mojibake};

/// What to do about a name that the header of an upload cannot carry, once it is in OmniRPS.
pub(crate) const SETTLE_SENDING: &str = "nothing can be renamed in OmniRPS: settle with the \
                                         partner how its uploads send the name in the header";

/// Why the name of an OmniRPS record must be that of the file.
pub(crate) const ONLY_THIS_NAME: &str =
    "OmniRPS refuses uploads under any other name, and nothing can be renamed there";

/// Returns the first character that the header of an upload cannot carry.
///
/// HTTP allows the bytes of Latin-1 in a header's value (RFC 9110, section 5.5), and most
/// clients send nothing else.
pub(crate) fn not_sendable(name: &str) -> Option<char> {
    name.chars().find(|c| c.is_control() || u32::from(*c) > 0xff)
}

/// Returns whether Windows reserves a file name, with any extension, for a device
/// (<https://doc.rust-lang.org/beta/nightly-rustc/cargo/util/restricted_names/fn.is_windows_reserved.html>,
/// seen 2026-11-27).
pub(crate) fn is_reserved_file_name(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let device = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || device.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
}

/// Describes the first difference of a live name from the declared one, or returns `None` if they
/// are equal byte for byte.
pub(crate) fn difference(declared: &str, live: &str) -> Option<String> {
    let shown = |side: Option<char>| side.map_or_else(|| "the end".to_owned(), character);
    let (mut declared, mut live) = (declared.chars(), live.chars());
    for position in 1.. {
        match (declared.next(), live.next()) {
            (None, None) => break,
            (declared, live) if declared != live => {
                let (live, declared) = (shown(live), shown(declared));
                return Some(format!("character {position} is {live} instead of {declared}"));
            }
            _ => {}
        }
    }
    None
}

/// Formats a character so that it cannot be confused with another one.
pub(crate) fn character(c: char) -> String {
    let known = match c {
        '\t' => "tab",
        ' ' => return "a space".into(),
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{2010}' => "hyphen",
        '\u{2011}' => "non-breaking hyphen",
        '\u{2013}' => "en dash",
        '\u{2014}' => "em dash",
        '\u{202f}' => "narrow no-break space",
        '\u{2212}' => "minus sign",
        '\u{3000}' => "ideographic space",
        '\u{feff}' => "byte order mark",
        _ if c.is_ascii_graphic() => return format!("`{c}`"),
        _ => "",
    };
    let code = format!("U+{:04X}", u32::from(c));
    match known {
        "" if crate::diagnostic::is_invisible(c) => code,
        "" => format!("{code} (`{c}`)"),
        known => format!("{code} ({known})"),
    }
}

/// Returns a text as messages show it in quotation marks. An apostrophe stays as it is: people
/// compare and copy names.
pub(crate) fn escaped(text: &str) -> String {
    text.escape_debug().to_string().replace("\\'", "'")
}

/// Returns the OmniReturns name with the partner's suffix (step E7.1).
pub(crate) fn with_suffix(base: &str, suffix: &str) -> String {
    format!("{base} {suffix}")
}

/// Returns whether the name is a base name followed by exactly the suffix.
pub(crate) fn has_suffix(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .and_then(|rest| rest.strip_suffix(' '))
        .is_some_and(|base| !base.is_empty() && !base.ends_with(char::is_whitespace))
}

/// Returns an OmniReturns name without the suffix or a variant of it.
pub(crate) fn base<'a>(name: &'a str, suffix: &str) -> &'a str {
    if has_suffix(name, suffix) {
        return name.strip_suffix(suffix).map_or(name, str::trim_end);
    }
    suffix_variant_base(name, suffix).unwrap_or(name)
}

/// Returns the name that was probably meant, in any case.
pub(crate) fn closest_name<'a>(
    names: impl Iterator<Item = &'a str>,
    meant: &str,
) -> Option<&'a str> {
    let meant = meant.to_lowercase();
    names
        .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &meant), name))
        // Two or three typing errors in a name of usual length; below it is a different name.
        .filter(|(score, _)| *score > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// Returns a name that differs by one or two typing errors. Cheap enough for each name of a fleet
/// that is looked for among those of another: few names have that first letter and length.
pub(crate) fn mistyped<'a>(
    mut names: impl Iterator<Item = &'a str>,
    meant: &str,
) -> Option<&'a str> {
    let first = |name: &str| name.chars().next().map(|c| c.to_ascii_lowercase());
    let meant_lower = meant.to_lowercase();
    names.find(|name| {
        *name != meant
            && name.len().abs_diff(meant.len()) <= 2
            && first(name) == first(meant)
            // Two errors in a short name make another name.
            && strsim::osa_distance(&name.to_lowercase(), &meant_lower) <= 1 + meant.len() / 8
    })
}

/// The maximum length of a suffix variant, in multiples of the suffix: only white space
/// makes a variant longer, and hostile names must stay cheap.
const MAX_VARIANT_LENGTH: usize = 4;

/// Returns the base of a name that ends in a variant of the suffix, but not in the suffix
/// itself: another dash, other spaces, other case, look-alike letters.
///
/// The base is a slice of the name without white space at its ends.
pub(crate) fn suffix_variant_base<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    if has_suffix(name, suffix) {
        return None;
    }
    let wanted = fold(suffix);
    // The shortest tail that folds to the suffix, cut at character boundaries.
    let mut tails = name.char_indices().rev().take(MAX_VARIANT_LENGTH * suffix.chars().count());
    let (at, _) = tails.find(|(at, _)| fold(&name[*at..]).same_as(&wanted))?;
    let base = name[..at].trim();
    (!base.is_empty()).then_some(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_that_differs_is_named() {
        for (declared, live, expected) in [
            (
                "Acme Ltd",
                "Acme\u{a0}Ltd",
                "character 5 is U+00A0 (no-break space) instead of a space",
            ),
            ("Acme", "acme", "character 1 is `a` instead of `A`"),
            ("Caf\u{e9} A", "Caf\u{e9}-A", "character 5 is `-` instead of a space"),
            ("Acme", "Acme ", "character 5 is a space instead of the end"),
            ("Acme Co", "Acme", "character 5 is the end instead of a space"),
            ("A\u{200c}B", "AB", "character 2 is `B` instead of U+200C (zero width non-joiner)"),
        ] {
            assert_eq!(difference(declared, live).as_deref(), Some(expected));
        }
        assert_eq!(difference("Acme", "Acme"), None);
        assert_eq!(difference("", ""), None);
    }

    #[test]
    fn a_name_is_shown_as_it_is_but_for_what_cannot_be_seen() {
        for (name, shown) in [
            ("O'Neill Surf", "O'Neill Surf"),
            ("Café's", "Café's"),
            ("a\"b", "a\\\"b"),
            ("a\\'b", "a\\\\'b"),
            ("a\u{200b}'\n", "a\\u{200b}'\\n"),
        ] {
            assert_eq!(escaped(name), shown);
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
