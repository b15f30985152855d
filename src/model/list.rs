//! Lists of names in a sentence.

/// Joins names as in "a, b and c", with `last` before the last.
pub(crate) fn joined(names: &[String], last: &str) -> String {
    match names.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Lists the first names and counts the rest.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    /// About as many as fit on one line.
    const MAX_SHOWN: usize = 10;
    let mut shown: Vec<String> =
        names.iter().take(MAX_SHOWN).map(|name| name.as_ref().to_owned()).collect();
    if names.len() > MAX_SHOWN {
        shown.push(format!("{} more", names.len() - MAX_SHOWN));
    }
    joined(&shown, "and")
}
