//! Which retailer a word on the command line means.
//!
//! Pure. Enters: a fleet and a word. Leaves: the one retailer that has the word as its name
//! or as its slug; or a refusal, since keys and milestones must not go to a guess.

use crate::exit::Failure;
use crate::model::{Retailer, name};

/// Reports whether a word is a retailer's name or its slug.
pub(crate) fn is(retailer: &Retailer, word: &str) -> bool {
    retailer.name == word || retailer.slug == word
}

/// Finds one retailer of a fleet by name or by slug.
pub(crate) fn find<'a>(fleet: &'a [Retailer], word: &str) -> Result<&'a Retailer, Failure> {
    let mut found = fleet.iter().filter(|retailer| is(retailer, word));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(other)) => Err(ambiguous(one, other, word)),
        (None, _) => {
            let words = fleet.iter().flat_map(|retailer| [&retailer.name, &retailer.slug]);
            let close = name::closest(words.map(String::as_str), word);
            Err(Failure::usage(
                format!("no file declares a retailer called `{word}`"),
                close.map_or_else(
                    || "give the name in the file, or the file's name without .yaml".into(),
                    |close| format!("did you mean `{close}`?"),
                ),
            ))
        }
    }
}

/// Rejects words of `--only` of which one means no retailer, or two.
pub(crate) fn check(fleet: &[Retailer], only: &[String]) -> Result<(), Failure> {
    only.iter().try_for_each(|word| find(fleet, word).map(drop))
}

/// Names are unique and slugs are unique, so one of the two has the word as its slug and the
/// other as its name.
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
            assert!(is(find(&fleet, word).unwrap(), word), "{word}");
        }
        fleet[1].name = "Hearth Wood".into();
        assert_eq!(find(&fleet, "hearth").unwrap().name, "Hearth Home");
    }
}
