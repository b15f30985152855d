//! Limits how deeply a text may be nested before it is read as YAML.

/// The maximum number of open brackets, counted without regard to quotes: the nesting limit of
/// `serde_yaml`. Its scanner visits all of them for every token, so a file of brackets would
/// take minutes.
pub(crate) const MAX_OPEN: usize = 128;

/// Returns the position of the first bracket beyond the limit.
pub(crate) fn too_deep_at(text: &[u8]) -> Option<usize> {
    let mut open = 0_usize;
    text.iter().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_OPEN
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_brackets_are_counted_and_closed_ones_are_not() {
        assert_eq!(too_deep_at("[{".repeat(MAX_OPEN / 2).as_bytes()), None);
        assert_eq!(too_deep_at("[]{}".repeat(MAX_OPEN).as_bytes()), None);
        assert_eq!(too_deep_at("[".repeat(MAX_OPEN + 1).as_bytes()), Some(MAX_OPEN));
    }
}
