//! Resolves words of the command line to retailers.
//!
//! Pure. Enters: a fleet and a word. Leaves: the one retailer with the word as its name or
//! slug, or an error, because a wrong guess would hand over keys or state milestones of
//! another retailer. `--only` also accepts patterns.

use crate::exit::Failure;
use crate::model::{Retailer, name};

/// Returns whether a word of `--only` matches a retailer, by name or slug. In a pattern `*`
/// matches any text and `?` any single character.
pub(crate) fn covers(word: &str, name: &str, slug: &str) -> bool {
    let is_like = |text: &str| {
        let (word, text): (Vec<char>, Vec<char>) = (word.chars().collect(), text.chars().collect());
        matches_pattern(&word, &text)
    };
    word == name || word == slug || is_pattern(word) && (is_like(name) || is_like(slug))
}

fn is_pattern(word: &str) -> bool {
    word.contains(['*', '?'])
}

/// Returns the names that a pattern matches, or the word itself if it is a name or matches none.
pub(crate) fn expand<'a>(word: &'a str, names: &[&'a str]) -> Vec<&'a str> {
    let is_exact = !is_pattern(word) || names.contains(&word);
    let names = names.iter().copied();
    let found: Vec<&str> = names.filter(|name| !is_exact && covers(word, name, name)).collect();
    if found.is_empty() { vec![word] } else { found }
}

/// Backtracks to the last `*` only, so the time is at most the product of the two lengths.
fn matches_pattern(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut of) = (0, 0);
    let mut star = None;
    while of < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[of] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((from, taken)) = star else { return false };
                star = Some((from, taken + 1));
                at = from + 1;
                of = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// Replaces words that look like a pattern but are exactly a retailer's name by its slug,
/// because an exact name takes precedence over a pattern.
pub(crate) fn prefer_exact(fleet: &[Retailer], only: &mut [String]) {
    for word in only.iter_mut().filter(|word| is_pattern(word)) {
        if let Some(exact) = fleet.iter().find(|retailer| retailer.name == *word) {
            word.clone_from(&exact.slug);
        }
    }
}

/// Returns whether a word is a retailer's name or slug.
pub(crate) fn is_named(retailer: &Retailer, word: &str) -> bool {
    retailer.name == word || retailer.slug == word
}

/// Finds one retailer of a fleet by name or slug.
pub(crate) fn find<'a>(fleet: &'a [Retailer], word: &str) -> Result<&'a Retailer, Failure> {
    let mut found = fleet.iter().filter(|retailer| is_named(retailer, word));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(other)) => Err(ambiguous(one, other, word)),
        (None, _) if is_pattern(word) => Err(Failure::usage(
            format!("`{word}` is a pattern, which is not accepted here"),
            "give the name or the slug of a retailer; `reconcile status` lists them all",
        )),
        (None, _) => {
            let words = fleet.iter().flat_map(|retailer| [&retailer.name, &retailer.slug]);
            let close = name::closest_name(words.map(String::as_str), word);
            let message = format!("no file declares a retailer called `{word}`");
            let hint = "give the name in the file, or the file's name without .yaml; for a live \
                        retailer that no file declares, `reconcile import` writes one";
            Err(Failure::unknown(message, close, hint))
        }
    }
}

/// Rejects words that are the name of one retailer and the slug of another.
pub(crate) fn check_unambiguous(fleet: &[Retailer], words: &[String]) -> Result<(), Failure> {
    let names_two = |word: &&String| fleet.iter().filter(|of| is_named(of, word)).nth(1).is_some();
    words.iter().filter(names_two).try_for_each(|word| find(fleet, word).map(drop))
}

/// Rejects words of `--only` that match no retailer, or that are the name of one and the
/// slug of another.
pub(crate) fn check(fleet: &[Retailer], only: &[String]) -> Result<(), Failure> {
    only.iter().try_for_each(|word| {
        // A pattern can be a name, too.
        if !is_pattern(word) || fleet.iter().any(|retailer| is_named(retailer, word)) {
            return find(fleet, word).map(drop);
        }
        if fleet.iter().any(|retailer| covers(word, &retailer.name, &retailer.slug)) {
            return Ok(());
        }
        Err(Failure::usage(
            format!("no retailer matches `{word}`"),
            "`reconcile status` lists them all",
        ))
    })
}

/// Returns the error for an ambiguous word: names are unique and slugs are unique, so it is
/// the slug of one retailer and the name of the other.
fn ambiguous(one: &Retailer, other: &Retailer, word: &str) -> Failure {
    let (by_slug, by_name) = if one.slug == word { (one, other) } else { (other, one) };
    Failure::usage(
        format!(
            "`{word}` means two retailers: it is the slug of {} ({}) and the name of {} ({})",
            by_slug.name, by_slug.file, by_name.name, by_name.file
        ),
        format!("write `{}` for the one, `{}` for the other", by_slug.name, by_name.slug),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::testing::fleet;

    #[test]
    fn a_pattern_covers_names_and_slugs_and_an_exact_name_wins() {
        for (pattern, is_covered) in [
            ("*", true),
            ("Ac*", true),
            ("acme-*", true),
            ("*Co*", true),
            ("A?me & Co", true),
            ("*m*m*", false),
            ("acme", false),
            ("ACME*", false),
            ("Acme & Co?", false),
            ("**o", true),
        ] {
            assert_eq!(covers(pattern, "Acme & Co", "acme-co"), is_covered, "{pattern}");
        }
        let mut fleet = fleet("retailer: Who?\njourney: new\n---\nretailer: Whom\njourney: new\n");
        fleet[0].slug = "who-asks".into();
        let mut only = ["Who?".to_owned(), "Wh*".to_owned()];
        prefer_exact(&fleet, &mut only);
        assert_eq!(only, ["who-asks", "Wh*"]);
        check(&fleet, &only).unwrap();
        assert_eq!(check(&fleet, &["X*".into()]).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_name_in_another_case_is_suggested() {
        let fleet = fleet("retailer: Granite Gear\njourney: new\n");
        for word in ["GRANITE GEAR", "granite gear", "Granite gear "] {
            let hint = find(&fleet, word).unwrap_err().advice.unwrap().hint;
            assert_eq!(hint, "did you mean `Granite Gear`?", "{word}");
        }
    }

    #[test]
    fn a_word_that_means_two_retailers_is_refused() {
        let mut fleet =
            fleet("retailer: Hearth Home\njourney: new\n---\nretailer: hearth\njourney: new\n");
        fleet[0].slug = "hearth".into();
        fleet[1].slug = "hearth-wood".into();
        let refused = find(&fleet, "hearth").unwrap_err();
        assert_eq!(refused.exit, Exit::Usage);
        let text = format!("{refused:?}");
        assert!(text.contains("Hearth Home") && text.contains("hearth-wood"), "{text}");
        for word in ["Hearth Home", "hearth-wood"] {
            assert!(is_named(find(&fleet, word).unwrap(), word), "{word}");
        }
        fleet[1].name = "Hearth Wood".into();
        assert_eq!(find(&fleet, "hearth").unwrap().name, "Hearth Home");
    }
}
