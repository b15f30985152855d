//! File names for retailers: lower-case words joined by hyphens.

use crate::model::name::is_reserved_file_name;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The maximum length of a slug: file names may have 255 bytes, including a suffix such as
/// `-2.yaml`.
const MAX_LENGTH: usize = 60;

/// Latin letters that have no decomposition.
const LATIN: [(char, &str); 10] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ı', "i"),
];

/// Returns the slug of a name, or of `fallback` if the name has no letters or letters that
/// are not Latin.
pub(super) fn slug(name: &str, fallback: &str) -> String {
    latin(name).or_else(|| latin(fallback)).unwrap_or_else(|| "retailer".into())
}

/// Returns whether two names differ only in what a file name does not show, such as hyphens,
/// accents and the case of letters.
pub(crate) fn share_a_slug(one: &str, other: &str) -> bool {
    latin(one).is_some_and(|slug| latin(other) == Some(slug))
}

fn latin(name: &str) -> Option<String> {
    let mut words = String::new();
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => words.push(c),
            '&' => words.push_str(" and "),
            '\'' | '’' => {}
            _ => match LATIN.iter().find(|(letter, _)| *letter == c) {
                Some((_, letters)) => words.push_str(letters),
                None if c.is_alphanumeric() => return None,
                None => words.push(' '),
            },
        }
    }
    let mut slug = words.split_whitespace().collect::<Vec<_>>().join("-");
    slug.truncate(MAX_LENGTH);
    let slug = slug.trim_end_matches('-');
    if is_reserved_file_name(slug) {
        return Some(format!("{slug}-retailer"));
    }
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// Returns the slug, with a number if it is in use, and marks it as used.
pub(super) fn unique(slug: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2_u32..).map(|number| format!("{slug}-{number}"));
    let free = std::iter::once(slug.clone()).chain(numbered).find(|slug| !taken.contains(slug));
    let free = free.unwrap_or(slug);
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        for (name, expected) in [
            ("Marlow Optics", "marlow-optics"),
            ("Dune & Co", "dune-and-co"),
            ("Café  Nord's (UK)", "cafe-nords-uk"),
            ("Smørrebrød ß", "smorrebrod-ss"),
            ("ＡＣＭＥ ① ﬁne", "acme-1-fine"),
            ("--- # ---", "retailer-77"),
            ("../../etc/passwd", "etc-passwd"),
            ("Вега", "retailer-77"),
            ("日本 Shoes", "retailer-77"),
            ("🙂", "retailer-77"),
            ("Aux", "aux-retailer"),
            ("Com1", "com1-retailer"),
            ("Com10", "com10"),
            ("🙂 Shoes", "shoes"),
            ("", "retailer-77"),
        ] {
            assert_eq!(slug(name, "retailer-77"), expected, "{name}");
        }
        assert_eq!(slug(&"long name ".repeat(40), "x").len(), 59);
        assert_eq!(slug("Вега", "Вега"), "retailer");
    }

    #[test]
    fn a_taken_slug_gets_a_number() {
        let mut taken = BTreeSet::from(["acme".to_owned(), "acme-2".to_owned()]);
        assert_eq!(unique("acme".into(), &mut taken), "acme-3");
        assert_eq!(unique("acme".into(), &mut taken), "acme-4");
        assert_eq!(unique("other".into(), &mut taken), "other");
    }
}
