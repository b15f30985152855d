//! Lists of names in a sentence.

/// Lists the first names and counts the rest.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    /// About as many as fit on one line.
    const MOST: usize = 10;
    let mut shown: Vec<String> =
        names.iter().take(MOST).map(|name| name.as_ref().to_owned()).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}
