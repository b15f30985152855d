//! Makes text from systems and files safe for output.

/// Returns a text in which no line is a workflow command for a CI runner.
///
/// A runner accepts `::name::` at the start of a line, also after white space, and
/// `##[name]` anywhere
/// (<https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs>, seen
/// 2026-11-23). An inserted space disables both and keeps the text readable.
pub(crate) fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let (space, start) = line.split_at(line.len() - line.trim_start().len());
        shown.push_str(space);
        let rest = start.strip_prefix("::").inspect(|_| shown.push_str(": :")).unwrap_or(start);
        shown.push_str(&rest.replace("##[", "## ["));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command() {
        for (text, shown) in [
            ("::stop-commands::x", ": :stop-commands::x"),
            ("a\n \t::error::x\r\n::debug::y", "a\n \t: :error::x\r\n: :debug::y"),
            ("\u{a0}::error::x", "\u{a0}: :error::x"),
            ("see ##[add-mask]true, ##[x]", "see ## [add-mask]true, ## [x]"),
            ("###[group]", "### [group]"),
            ("a::b and #[x]", "a::b and #[x]"),
            ("", ""),
        ] {
            assert_eq!(inert(text), shown);
            assert_eq!(inert(shown), shown, "once is enough");
        }
    }
}
